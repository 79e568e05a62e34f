package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Supplier;
import javassist.util.proxy.ProxyFactory;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import net.bytebuddy.implementation.ExceptionMethod;
import net.bytebuddy.matcher.ElementMatchers;
import org.junit.jupiter.api.Test;
import org.mockito.MockMakers;
import org.mockito.Mockito;
import org.springframework.cglib.core.NamingPolicy;
import org.springframework.cglib.core.SpringNamingPolicy;
import org.springframework.cglib.proxy.Enhancer;
import org.springframework.cglib.proxy.MethodInterceptor;

/** What the libraries themselves generate, in the versions that are current: the frames of it are those of the class. */
class RealProxiesTest {

    private static final String TILL = Till.class.getName();

    /** Somebody's service. */
    public static class Till {
        public String open() {
            throw new IllegalStateException("the till is stuck");
        }
    }

    /** The same, behind an interface. */
    interface Opens {
        String open();
    }

    @Test
    void cglibOfSpring_isTheClassItself() {
        assertGeneratedIsTill(enhanced(SpringNamingPolicy.INSTANCE), "$$SpringCGLIB$$");
    }

    @Test
    void cglibAlone_isTheClassItself() {
        assertGeneratedIsTill(enhanced((prefix, source, key, names) -> prefix + "$$EnhancerByCGLIB$$1a2b"), "CGLIB");
    }

    private static Till enhanced(NamingPolicy naming) {
        Enhancer enhancer = new Enhancer();
        enhancer.setSuperclass(Till.class);
        enhancer.setNamingPolicy(naming);
        enhancer.setUseCache(false);
        enhancer.setCallback((MethodInterceptor) (self, method, arguments, call) -> call.invokeSuper(self, arguments));
        return (Till) enhancer.create();
    }

    @Test
    void byteBuddy_isTheClassItself() throws ReflectiveOperationException {
        Till till = new ByteBuddy()
                .subclass(Till.class)
                .method(ElementMatchers.named("open"))
                .intercept(ExceptionMethod.throwing(IllegalStateException.class))
                .make()
                .load(Till.class.getClassLoader(), ClassLoadingStrategy.Default.WRAPPER)
                .getLoaded()
                .getDeclaredConstructor()
                .newInstance();

        assertGeneratedIsTill(till, "$ByteBuddy$");
    }

    @Test
    void mockito_isTheClassItself() {
        Till till = Mockito.mock(
                Till.class,
                Mockito.withSettings().mockMaker(MockMakers.SUBCLASS).defaultAnswer(call -> {
                    throw new IllegalStateException("no such answer");
                }));

        assertGeneratedIsTill(till, "$MockitoMock$");
    }

    @Test
    void javassist_isTheClassItself() throws ReflectiveOperationException {
        ProxyFactory factory = new ProxyFactory();
        factory.setSuperclass(Till.class);
        Till till = (Till) factory.create(new Class<?>[0], new Object[0], (self, method, call, arguments) -> {
            throw new IllegalStateException("the till is stuck");
        });

        assertGeneratedIsTill(till, "_$$_jvst");
    }

    @Test
    void proxyOfTheJdk_isLeftOut() {
        Opens opens = (Opens) Proxy.newProxyInstance(
                Opens.class.getClassLoader(), new Class<?>[] {Opens.class}, (self, method, arguments) -> {
                    throw new IllegalStateException("the till is stuck");
                });

        StackTraceModel trace = StackTraceModel.of(thrownBy(opens::open));

        assertThat(named(trace)).extracting(NamedFrame::className).noneMatch(name -> name.contains("$Proxy"));
        assertThat(named(trace)).extracting(NamedFrame::className).contains(RealProxiesTest.class.getName());
    }

    @Test
    void lambdasBody_isOfTheMethodItIsWrittenIn() {
        Supplier<String> body = () -> {
            throw new IllegalStateException("the till is stuck");
        };

        NamedFrame first = named(StackTraceModel.of(thrownBy(body))).get(0);

        assertThat(first.key())
                .isEqualTo(RealProxiesTest.class.getName() + ".lambda$lambdasBody_isOfTheMethodItIsWrittenIn");
    }

    @Test
    void reflection_isLeftOut() {
        Throwable thrown = thrownBy(() -> {
            try {
                return String.valueOf(Till.class.getMethod("open").invoke(new Till()));
            } catch (ReflectiveOperationException e) {
                throw new IllegalArgumentException(e);
            }
        });
        StackTraceModel trace = StackTraceModel.of(thrown);

        assertThat(trace.causes())
                .extracting(ThrownError::type)
                .containsSubsequence("java.lang.reflect.InvocationTargetException", "java.lang.IllegalStateException");
        assertThat(NamedFrame.of(trace.causes().get(2).frames(), InApp.of(List.of(), null)))
                .extracting(NamedFrame::className)
                .noneMatch(name -> name.contains("reflect"));
    }

    private static void assertGeneratedIsTill(Till till, String mark) {
        assertThat(till.getClass().getName()).startsWith(TILL).contains(mark);
        assertThat(GeneratedNames.className(till.getClass().getName())).isEqualTo(TILL);

        List<NamedFrame> frames = named(StackTraceModel.of(thrownBy(till::open)));

        assertThat(frames).extracting(NamedFrame::className).noneMatch(name -> name.contains(mark));
        assertThat(frames).extracting(NamedFrame::key).contains(TILL + ".open");
    }

    private static List<NamedFrame> named(StackTraceModel trace) {
        return NamedFrame.of(trace.outermost().frames(), InApp.of(List.of(), null));
    }

    private static Throwable thrownBy(Supplier<String> call) {
        try {
            return new AssertionError(call.get() + " was returned");
        } catch (RuntimeException e) {
            return e;
        }
    }
}
