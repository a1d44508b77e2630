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
    "Grad-CAM: features that speak for the class, where they are found. It cannot tell one reason from another "
    "in a cell, and shows none that speaks against the class.",
)
GRADCAM_PLUS_PLUS = Message(
    "gradcam-plus-plus",
    "Grad-CAM++: as Grad-CAM, but features found in few places count as much as those in many. It takes only "
    "those that speak for the class, so it looks wider and more certain than the model was.",
)
HIRESCAM = Message(
    "hirescam",
    "HiResCAM: what each cell adds to the score. Where a model takes the mean of all cells, as the bundled one "
    "does, it is the same as Grad-CAM.",
)
EIGENCAM = Message(
    "eigencam",
    "Eigen-CAM: the pattern that is strongest in the features. It is the same for all classes, and says what "
    "caught the eye of the model, not why it decided.",
)
SCORECAM = Message(
    "scorecam",
    "Score-CAM: feature maps, each weighed by the score of the film seen through it alone. A film seen through "
    "a mask is like none that the model has learnt from.",
)
OCCLUSION = Message(
    "occlusion",
    "Occlusion: how far the probability falls when a square is covered with grey. What is shown twice, as in "
    "both lungs, may not fall at all, and a grey square is itself unusual.",
)
INTEGRATED_GRADIENTS = Message(
    "integrated-gradients",
    "Integrated gradients: what each place adds to the score on the way from grey to the film. The sum is the "
    "score; single places are noisy.",
)
SMOOTHGRAD = Message(
    "smoothgrad",
    "SmoothGrad: how much the score changes with the grey levels at each place, for or against the class, as a "
    "mean over films with noise. Edges are strong in it whatever they mean.",
)
NO_FEATURES = Message(
    "no-features", "The model {name} does not give out its features, which {method} needs."
)
NO_KNOWN_HEAD = Message(
    "no-known-head", "How the model {name} comes from its features to a score cannot be read, which {method} needs."
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
LOOKING = Message("looking", "{method}: {count} film looked at", "{method}: {count} films looked at")
STARTING_KERAS = Message("starting-keras", "{method}: starting TensorFlow")
SLOW = Message("slow", "{method} reads the film {count} time.", "{method} reads the film {count} times.")
