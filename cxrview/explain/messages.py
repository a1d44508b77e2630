"""Why there is no heatmap, or none in the colours asked for, and where it is strongest."""

from cxrview.message import Message

NO_COLOUR_MAP = Message("no-colour-map", "There is no colour map “{name}”; choose {names}.")
NOTHING_ABOVE = Message("nothing-above", "The heatmap of “{name}” has nothing above {percent} %.")
NO_CLASS = Message("no-class", "This model has no class “{name}”; it knows {names}.")
IN_RIGHT_UPPER = Message("in-right-upper", "The heat is strongest in the right upper zone.")
IN_RIGHT_MIDDLE = Message("in-right-middle", "The heat is strongest in the right middle zone.")
IN_RIGHT_LOWER = Message("in-right-lower", "The heat is strongest in the right lower zone.")
IN_LEFT_UPPER = Message("in-left-upper", "The heat is strongest in the left upper zone.")
IN_LEFT_MIDDLE = Message("in-left-middle", "The heat is strongest in the left middle zone.")
IN_LEFT_LOWER = Message("in-left-lower", "The heat is strongest in the left lower zone.")
IN_BOTH_UPPER = Message("in-both-upper", "The heat is strongest in both upper zones.")
IN_BOTH_MIDDLE = Message("in-both-middle", "The heat is strongest in both middle zones.")
IN_BOTH_LOWER = Message("in-both-lower", "The heat is strongest in both lower zones.")

GRADCAM = Message(
    "gradcam",
    "Grad-CAM: features that speak for the class, where they are found. It cannot tell one reason from "
    "another in a cell, and shows none that speaks against the class.",
)
GRADCAM_PLUS_PLUS = Message(
    "gradcam-plus-plus",
    "Grad-CAM++: as Grad-CAM, but of features that speak for the class alone. So it looks wider, and more "
    "certain than the model was.",
)
HIRESCAM = Message(
    "hirescam",
    "HiResCAM: what each cell adds to the score. Where a model takes the mean of all cells, as the one that "
    "comes with the program does, it is the same as Grad-CAM.",
)
EIGENCAM = Message(
    "eigencam",
    "Eigen-CAM: the strongest pattern in the features. It is the same for all classes: what caught the "
    "model's eye, not why it decided.",
)
SCORECAM = Message(
    "scorecam",
    "Score-CAM: features, each weighed by the score of the film seen through it alone. Such a film is like "
    "none that the model has learnt from.",
)
OCCLUSION = Message(
    "occlusion",
    "Occlusion: how far the probability falls when a square is covered with grey. What is there twice, as in "
    "both lungs, may not be missed at all, and a grey square is itself unusual.",
)
INTEGRATED_GRADIENTS = Message(
    "integrated-gradients",
    "Integrated gradients: what each place adds to the score on the way from a grey film to this one. All "
    "places together make the score; single ones are noisy.",
)
SMOOTHGRAD = Message(
    "smoothgrad",
    "SmoothGrad: how much the score hangs on the grey levels of each place, for or against the class. Edges "
    "are strong in it, whatever they mean.",
)
NO_FEATURES = Message("no-features", "The model {name} does not give out its features, which {method} needs.")
NO_KNOWN_HEAD = Message(
    "no-known-head",
    "How the model {name} comes from its features to a score cannot be read, which {method} needs.",
)
USE_GRADCAM = Message("use-gradcam", "Train it again with this version, or use Grad-CAM.")
NOT_TRAINABLE = Message(
    "not-trainable", "{method} needs the trainable model (model.keras), which {name} does not have."
)
NEEDS_TENSORFLOW = Message("needs-tensorflow", "{method} needs the gradients that TensorFlow works out.")
GRADIENTS_ENDED = Message(
    "gradients-ended", "The process that works out gradients ended without a result (code {code})."
)
GRADIENTS_NOT_STARTED = Message(
    "gradients-not-started", "The process that works out gradients could not be started: {reason}."
)
READING_AGAIN = Message("reading-again", "{method}: {done} of {count} readings")
STARTING_KERAS = Message("starting-keras", "{method}: starting TensorFlow")
SLOW = Message("slow", "{method} reads the film {count} time.", "{method} reads the film {count} times.")
SHIFTED_ACROSS = Message("shifted-across", "shifted across by 2 %")
SHIFTED_DOWN = Message("shifted-down", "shifted down by 2 %")
TURNED_LEFT = Message("turned-left", "turned left by 3°")
TURNED_RIGHT = Message("turned-right", "turned right by 3°")
FILM_LARGER = Message("film-larger", "larger by 5 %")
FILM_SMALLER = Message("film-smaller", "smaller by 5 %")
BRIGHTER = Message("brighter", "brighter")
DARKER = Message("darker", "darker")
MIRRORED = Message("mirrored", "mirrored")
CHECKING = Message("checking", "{method} of the film {change}")
IS_STEADY = Message("is-steady", "steady")
IS_SHAKY = Message("is-shaky", "shaky")
IS_UNSTEADY = Message("is-unsteady", "unsteady")
STABILITY = Message(
    "stability",
    "The map is {word}: when the film changes in ways that mean nothing, its rank correlation is at least "
    "{least}, and the probability moves by at most {most} %.",
)
DELETION = Message(
    "deletion",
    "Covered from the hottest place on, the film keeps a mean probability of {deletion} % (less is better); "
    "sharpened from there on, it has {insertion} % (more is better).",
)
THE_SAME = Message("the-same", "the same")
ALIKE = Message("alike", "alike")
PARTLY_ALIKE = Message("partly-alike", "partly alike")
NOT_ALIKE = Message("not-alike", "not alike")
NOTHING_TO_COMPARE = Message("nothing-to-compare", "nothing to compare")
NO_FILMS_IN_FOLDER = Message("no-films-in-folder", "There are no films in this folder.")
NONE_OF_THEM_READ = Message("none-of-them-read", "None of the films in this folder can be read.")
NETWORK_NOT_TRAINABLE = Message(
    "network-not-trainable",
    "Only a trainable model (model.keras) can be looked into, which {name} does not have. Models that are "
    "trained with cxrview have one.",
)
NETWORK_NEEDS_TENSORFLOW = Message(
    "network-needs-tensorflow", "To look into a network, TensorFlow is needed."
)
FILMS_TRIED = Message("films-tried", "{done} of {count} films tried")
DEAD_FILTERS = Message("dead-filters", "Of {filters} filters, the weights of {near} are all near zero.")
DEAD_AND_SILENT_FILTERS = Message(
    "dead-and-silent-filters",
    "Of {filters} filters, the weights of {near} are all near zero, and {never} were never active.",
)
