; The installer for Windows: for one user, without an administrator. packaging/build.py gives
; VERSION, SOURCE (the frozen program), OUTPUT, ICON and TYPES (the file types of the code, written by windows_files.py).
; cxrview-setup.exe /S installs silently; /D=C:\place (last, without quotes) chooses the folder.
Unicode true
ManifestDPIAware true
RequestExecutionLevel user
SetCompressor /SOLID lzma
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "${TYPES}"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\cxrview"
Name "cxrview ${VERSION}"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\cxrview"
InstallDirRegKey HKCU "Software\cxrview" "Folder"
BrandingText "For research and teaching, not for diagnosis"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\cxrview-app.exe"
!insertmacro MUI_PAGE_LICENSE "${SOURCE}\_internal\licences\LICENSE"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString IN_USE ${LANG_ENGLISH} "Another program lies in this folder. Choose an empty one."
LangString IN_USE ${LANG_GERMAN} "In diesem Ordner liegt ein anderes Programm. Wählen Sie einen leeren."
LangString OPENS ${LANG_ENGLISH} "Offer cxrview for DICOM files"
LangString OPENS ${LANG_GERMAN} "cxrview für DICOM-Dateien anbieten"

; Clears an earlier version, and only that: a folder without its program is never emptied.
!macro CLEAR
  ${If} ${FileExists} "$INSTDIR\cxrview-app.exe"
    RMDir /r "$INSTDIR\_internal"
    Delete "$INSTDIR\cxrview.exe"
    Delete "$INSTDIR\cxrview-app.exe"
    Delete "$INSTDIR\uninstall.exe"
  ${EndIf}
!macroend

Section "cxrview" PROGRAM
  SectionIn RO
  !insertmacro CLEAR
  ${If} ${FileExists} "$INSTDIR\_internal\*.*"
    IfSilent +2
    MessageBox MB_ICONSTOP "$(IN_USE)"
    SetErrorLevel 2
    Abort "$(IN_USE)"
  ${EndIf}
  SetOutPath "$INSTDIR"
  File /r "${SOURCE}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\cxrview.lnk" "$INSTDIR\cxrview-app.exe"
  WriteRegStr HKCU "Software\cxrview" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "cxrview"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\cxrview-app.exe"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" "$0"
SectionEnd

Section /o "$(OPENS)" TYPES_SECTION
  !insertmacro REGISTER_TYPES "$INSTDIR\cxrview-app.exe"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

; Settings, models, annotations and runs lie in the user's own folders and stay.
Section "Uninstall"
  !insertmacro CLEAR
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\cxrview.lnk"
  !insertmacro UNREGISTER_TYPES
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\cxrview"
SectionEnd
