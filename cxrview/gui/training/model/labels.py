"""What the model page says of presets, of values to choose from, and of every entry of the configuration."""

from cxrview.i18n import mark

PRESETS = {
    "quick": (
        mark("Quick"),
        mark("Minutes on a laptop. The network looks at each image a few times; only its last layer learns."),
    ),
    "two-phase": (
        mark("Two phases"),
        mark("First the last layer learns, then every layer, slowly."),
    ),
    "three-phase": (
        mark("Three phases"),
        mark("The last layer, then the last block, then every layer."),
    ),
    "scratch": (
        mark("From scratch"),
        mark("A small network without any previous knowledge, at 128 × 128."),
    ),
    "custom": (mark("Custom"), mark("Your own changes, or a configuration that was loaded.")),
}
FLIPS = {
    "horizontal_flip": mark(
        "The heart lies on the left. Mirrored images teach that situs inversus is usual, and that the side "
        "of a finding means nothing."
    ),
    "vertical_flip": mark("No radiograph is read upside down: the diaphragm would lie above the lungs."),
}
HELP = {
    "model.frame": mark("Of the lungs: the film is cropped to them, and grey levels are evened inside them."),
    "model.input_size": mark("0: as the starting model, or the network's own."),
    "model.preprocessing": mark(
        "Source suppression takes away what tells hospitals apart: rims, windows, sharpness."
    ),
    "model.seen_size": mark("0: as the starting model, or the side of the input."),
    "model.resolution": mark("Finer detail is averaged away before the network sees the image."),
    "model.pooling": mark(
        "How the last maps become numbers for the head. If nothing is chosen: under the lungs where the "
        "network is given them, otherwise their average."
    ),
    "model.hidden": mark("Whole numbers with commas between; empty for none."),
    "model.dropout": mark("Share of the numbers before the classes that is left out at random in a step."),
    "model.exclusive": mark("Off: an image can have several classes, or none."),
    "recipe.optimizer": mark("AdamW suits most; L-BFGS needs one phase of one epoch for the head."),
    "recipe.weight_decay": mark("How strongly large weights are held back."),
    "recipe.batch_size": mark("Images a step. Halve it where the memory does not suffice."),
    "recipe.label_smoothing": mark("How far the network is kept from being wholly certain."),
    "recipe.balance": mark("Sampling draws every class alike; class weights make rare ones count more."),
    "recipe.batchnorm": mark("Frozen keeps the statistics of the starting model."),
    "recipe.batchnorm_momentum": mark("Of its running statistics; lower follows faster."),
    "recipe.weight_average": mark("An average of the weights over many steps is judged and kept."),
    "recipe.normal_class": mark("Empty: the class called normal, negative, no finding or healthy."),
    "recipe.cell_weight": mark("Only under the lungs. 0: boxes are not learnt from."),
    "recipe.choose_by": mark("The epoch that is best on the validation images becomes the model."),
    "recipe.external_penalty": mark("Only where images of other hospitals are given in the first step."),
    "recipe.patience": mark("0: every epoch is gone through."),
    "recipe.recalibration_batches": mark("0: none. Only where batch normalisation learns."),
    "recipe.cache_features": mark("For phases in which only the head learns: many times faster."),
    "recipe.feature_copies": mark("More copies: more variety, more time and room on the disk."),
    "recipe.mixed_precision": mark("bfloat16: faster where the processor has it, slower elsewhere."),
    "recipe.recalibrate_bias": mark("Against a shift between training and validation images."),
    "recipe.calibrate_on": mark(
        "How their names begin, with commas between. Only their validation images set probabilities and "
        "thresholds."
    ),
    "recipe.seed": mark("The same seed gives the same model on the same machine."),
}
