package io.dharma.tracing.redaction;

import org.jspecify.annotations.Nullable;

/**
 * Knows one kind of secret by its looks. It is asked where the text has one of its triggers; letters and digits trigger
 * only as the first of a word. Whatever stands in the text, all questions together may look at each character only so
 * many times: a scanner looks a bounded distance ahead and back, or up to a character that is itself a trigger, or
 * returns what it ran over as its find. Any thread.
 */
interface Scanner {

    /** The ASCII characters at which it wants to be asked. */
    String triggers();

    /**
     * What it finds at a trigger.
     *
     * @param at where the trigger stands
     * @param from nothing before this may be part of the find: it is part of another already
     * @return null if there is nothing; otherwise something that ends after {@code at}
     */
    @Nullable
    Find at(CharSequence text, int at, int from);
}
