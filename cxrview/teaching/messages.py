"""The sentences about reading sets, blind readings and what they come to."""

from cxrview.message import Message

# Making a set
NO_SUCH_CLASS_IN_SET = Message("no-such-class-in-set", "No film is of the class {name}.")
CLASSES_ARE = Message("classes-are", "The films are of {names}.")
TOO_FEW_FILMS = Message("too-few-films", "These are too few films for a reading set.")
NEEDS_TWO_CLASSES = Message("needs-two-classes", "It needs films of two classes at least.")
FILM_ELSEWHERE = Message("film-elsewhere", "lies on another drive than the other films.")
FILMS_TOGETHER = Message("films-together", "Copy all of them into one folder.")

# Files of sets
NO_READING_SET = Message("no-reading-set", "is no reading set, or is damaged.")
COPY_SET_AGAIN = Message("copy-set-again", "Ask for the set again.")
LATER_SET = Message("later-set", "was made by a later version of cxrview.")
UPDATE_PROGRAM = Message("update-program", "Install that one to read it.")

# Films of a set
FILM_NOT_THERE = Message("film-not-there", "Film {number} of the set is not there.")
SAY_WHERE_FILMS_ARE = Message("say-where-films-are", "Say in which folder the films of this set lie.")
FILM_IS_ANOTHER = Message("film-is-another", "Film {number} has changed since the set was made.")

# Pictures in a set
TEXT_IN_FILM = Message("text-in-film", "has text in its pixels that is not masked.")
HEADER_SAYS_TEXT = Message(
    "header-says-text", "says that text is burned into its pixels, and none was found to be masked."
)
LEAVE_FILM_OUT = Message("leave-film-out", "Leave it out, or make the set without pictures.")

# Sessions
SESSIONS_DAMAGED = Message("sessions-damaged", "is damaged: readings cannot be kept.")
SESSIONS_UNUSABLE = Message("sessions-unusable", "cannot be used: {reason}. Readings cannot be kept.")
ANSWER_LOCKED = Message("answer-locked", "This film has been answered already.")

# Public collections
NOT_AS_PUBLISHED = Message("not-as-published", "is not as the table of {name} was when this was written.")
NO_FILM_OF_COLLECTION = Message("no-film-of-collection", "has the table of {name}, and none of its films.")
