package io.dharma.tracing.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContextHooksTest {

    private static final ContextKey<String> NAME = ContextKey.named("name");

    private final Context red = Context.root().with(NAME, "red");
    private final Context blue = Context.root().with(NAME, "blue");
    private final List<String> heard = new ArrayList<>();
    private final List<ContextHooks.Registration> registrations = new ArrayList<>();

    @AfterEach
    void forget() {
        registrations.forEach(ContextHooks.Registration::close);
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void listener_hearsOfOpeningAndClosing() {
        listen(new Recorder("l"));
        try (Scope outer = ContextHooks.attach(red)) {
            try (Scope inner = ContextHooks.attach(blue)) {
                heard.add("working in " + name(Context.current()));
            }
        }
        assertThat(heard)
                .containsExactly(
                        "l: root -> red",
                        "l: red -> blue",
                        "working in blue",
                        "l: red <- blue (l blue)",
                        "l: root <- red (l red)");
    }

    @Test
    void listener_hearsNothingOfTheContextThatIsCurrentAlready() {
        try (Scope outer = ContextHooks.attach(red)) {
            listen(new Recorder("l"));
            ContextHooks.attach(red).close();
        }
        try (Scope root = ContextHooks.attach(Context.root())) {
            assertThat(Context.current()).isSameAs(Context.root());
        }
        assertThat(heard).isEmpty();
    }

    @Test
    void closeOutOfOrder_isReportedOnceTheStorageObeysIt() {
        listen(new Recorder("l"));
        Scope outer = ContextHooks.attach(red);
        Scope inner = ContextHooks.attach(blue);
        heard.clear();

        outer.close();
        assertThat(heard).isEmpty();
        inner.close();
        assertThat(heard).containsExactly("l: red <- blue (l blue)");
        heard.clear();
        outer.close();
        outer.close();
        assertThat(heard).containsExactly("l: root <- red (l red)");
    }

    @Test
    void severalListeners_hearOfTheCloseInReverseAndEachGetsItsOwnMemory() {
        listen(new Recorder("first"));
        listen(new Silent());
        listen(new Recorder("last"));
        ContextHooks.attach(red).close();
        assertThat(heard)
                .containsExactly(
                        "first: root -> red",
                        "last: root -> red",
                        "last: root <- red (last red)",
                        "first: root <- red (first red)");
    }

    @Test
    void listenerThatThrows_isCountedAndHurtsNobody() {
        long before = ContextHooks.failures();
        listen(new Throwing(new IllegalStateException("broken listener")));
        listen(new Recorder("l"));
        try (Scope scope = ContextHooks.attach(red)) {
            assertThat(Context.current()).isSameAs(red);
        }
        assertThat(heard).containsExactly("l: root -> red", "l: root <- red (l red)");
        assertThat(ContextHooks.failures() - before).isEqualTo(2);
    }

    @Test
    void fatalError_passesAndLeavesNoContextBehind() {
        listen(new Throwing(new OutOfMemoryError("made up")));
        assertThatThrownBy(() -> ContextHooks.attach(red).close()).isInstanceOf(OutOfMemoryError.class);
        assertThat(Context.current()).isSameAs(Context.root());
    }

    @Test
    void unregisteredListener_stillHearsTheCloseOfWhatItHeardOpened() {
        ContextHooks.Registration registration = listen(new Recorder("l"));
        Scope outer = ContextHooks.attach(red);
        registration.close();
        ContextHooks.attach(blue).close();
        outer.close();
        assertThat(heard).containsExactly("l: root -> red", "l: root <- red (l red)");
    }

    @Test
    void registrationClosedAgain_leavesALaterRegistrationAlone() {
        Recorder listener = new Recorder("l");
        ContextHooks.Registration first = listen(listener);
        first.close();
        listen(listener);
        first.close();
        ContextHooks.attach(red).close();
        assertThat(heard).hasSize(2);
    }

    @Test
    void register_refusesAListenerThatIsRegistered() {
        Recorder listener = new Recorder("l");
        listen(listener);
        assertThatThrownBy(() -> ContextHooks.register(listener)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void attach_withNobodyListeningGivesTheStoragesOwnScope() {
        Scope own = ContextStorage.defaultStorage().attach(red);
        own.close();
        Scope ours = ContextHooks.attach(red);
        ours.close();
        assertThat(ours).hasSameClassAs(own);
    }

    private ContextHooks.Registration listen(ScopeListener listener) {
        ContextHooks.Registration registration = ContextHooks.register(listener);
        registrations.add(registration);
        return registration;
    }

    private static String name(Context context) {
        String name = context.get(NAME);
        return name == null ? "root" : name;
    }

    private final class Recorder implements ScopeListener {

        private final String self;

        Recorder(String self) {
            this.self = self;
        }

        @Override
        public Object attached(Context from, Context to) {
            heard.add(self + ": " + name(from) + " -> " + name(to));
            return self + " " + name(to);
        }

        @Override
        public void closed(Context from, Context to, @Nullable Object remembered) {
            heard.add(self + ": " + name(to) + " <- " + name(from) + " (" + remembered + ")");
        }
    }

    private static class Silent implements ScopeListener {

        @Override
        public @Nullable Object attached(Context from, Context to) {
            return null;
        }

        @Override
        public void closed(Context from, Context to, @Nullable Object remembered) {}
    }

    private static final class Throwing implements ScopeListener {

        private final Throwable failure;

        Throwing(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public @Nullable Object attached(Context from, Context to) {
            throw failure();
        }

        @Override
        public void closed(Context from, Context to, @Nullable Object remembered) {
            throw failure();
        }

        private RuntimeException failure() {
            if (failure instanceof Error error) {
                throw error;
            }
            return (RuntimeException) failure;
        }
    }
}
