"""Which language the window speaks: cxrview's words, Qt's own words and the decimal sign together."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from cxrview import i18n

QT_TEXTS = "qtbase_{language}"  # of buttons, file dialogs and key names

_translators: list[QTranslator] = []


def of_the_system() -> str:
    """Return the first language of the user's system that cxrview speaks, or English."""
    wanted = (name.split("-")[0] for name in QLocale.system().uiLanguages())
    spoken = i18n.languages()
    return next((language for language in wanted if language in spoken), "en")


def speak(app: QApplication, language: str) -> None:
    """Use `language` ("auto": the system's) for every text that is made from now on."""
    language = of_the_system() if language == "auto" else language
    i18n.use(language)
    system = QLocale.system()
    same = system.name().startswith(language)  # then the country's own way of dates and paper counts too
    QLocale.setDefault(system if same else QLocale(language))
    while _translators:
        app.removeTranslator(_translators.pop())
    translator = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if language != "en" and translator.load(QT_TEXTS.format(language=language), folder):
        app.installTranslator(translator)
        _translators.append(translator)
