package io.dharma.tracing.errors.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeneratedNamesTest {

    @ParameterizedTest
    @CsvSource({
        // CGLIB: alone, in Spring before and since 6, in Guice, in old Mockito
        "com.acme.Shop$$EnhancerByCGLIB$$1ebdddb0, com.acme.Shop",
        "com.acme.Shop$$EnhancerBySpringCGLIB$$7f00aa12, com.acme.Shop",
        "com.acme.Shop$$EnhancerBySpringCGLIB$$7f00aa12$$FastClassBySpringCGLIB$$a0, com.acme.Shop",
        "com.acme.Shop$$SpringCGLIB$$0, com.acme.Shop",
        "com.acme.Shop$$SpringCGLIB$$FastClass$$1, com.acme.Shop",
        "com.acme.Shop$$EnhancerByGuice$$ae46b1bf$$FastClassByGuice$$caceacd2, com.acme.Shop",
        "com.acme.Shop$$FastClassByGuice$$12, com.acme.Shop",
        "com.acme.Shop$$EnhancerByMockitoWithCGLIB$$e1, com.acme.Shop",
        "com.acme.Shop$Till$$SpringCGLIB$$0, com.acme.Shop$Till",
        // Byte Buddy: alone, in Mockito and Hibernate
        "com.acme.Shop$ByteBuddy$aB12cD, com.acme.Shop",
        "net.bytebuddy.renamed.java.util.List$ByteBuddy$x9, java.util.List",
        "com.acme.Shop$MockitoMock$1278416959, com.acme.Shop",
        "com.acme.Shop$MockitoMock$12$auxiliary$Xy, com.acme.Shop",
        "com.acme.Shop$auxiliary$n0fS2Yx2, com.acme.Shop",
        "com.acme.User$HibernateProxy$oRWxjAWT, com.acme.User",
        "com.acme.User$HibernateProxy, com.acme.User$HibernateProxy",
        "com.acme.User$HibernateInstantiator$zz, com.acme.User",
        "com.acme.User$HibernateAccessOptimizer$q1, com.acme.User",
        // Javassist, Weld, OpenWebBeans, enterprise beans
        "com.acme.Shop_$$_javassist_74, com.acme.Shop",
        "com.acme.Shop_$$_javassist_seam_3, com.acme.Shop",
        "com.acme.Shop_$$_jvst148_1c, com.acme.Shop",
        "com.acme.Shop$Proxy$_$$_WeldClientProxy, com.acme.Shop",
        "com.acme.Shop$Proxy$_$$_WeldSubclass, com.acme.Shop",
        "com.acme.Shop$1234567890$Proxy$_$$_WeldClientProxy, com.acme.Shop",
        "com.acme.Shop$-1234567890$Proxy$_$$_WeldClientProxy, com.acme.Shop",
        "com.acme.Shop$$OwbNormalScopeProxy0, com.acme.Shop",
        "com.acme.Shop$$OwbInterceptProxy0, com.acme.Shop",
        "com.acme.Shop$$$view7, com.acme.Shop",
        // Quarkus, Micronaut, Jackson, AspectJ
        "com.acme.Shop_Subclass, com.acme.Shop",
        "com.acme.Shop_ClientProxy, com.acme.Shop",
        "com.acme.Shop_Subclass$$function$$3, com.acme.Shop",
        "com.acme.$Shop$Definition$Intercepted, com.acme.Shop",
        "com.acme.Shop$Creator4JacksonDeserializer53fd30f2, com.acme.Shop",
        "com.acme.Shop$AjcClosure1, com.acme.Shop",
        "com.acme.Shop$SpockMock$1278416959, com.acme.Shop",
        "com.acme.Shop$$$EasyMock$1, com.acme.Shop",
        // The JDK
        "sun.reflect.GeneratedMethodAccessor12345, jdk.internal.reflect.MethodAccessor",
        "jdk.internal.reflect.DirectMethodHandleAccessor, jdk.internal.reflect.MethodAccessor",
        "jdk.internal.reflect.DirectConstructorHandleAccessor, jdk.internal.reflect.ConstructorAccessor",
        "sun.reflect.UnsafeQualifiedObjectFieldAccessorImpl, jdk.internal.reflect.FieldAccessor",
        "jdk.internal.reflect.Reflection, jdk.internal.reflect.Reflection",
        "com.sun.proxy.$Proxy15555, jdk.proxy.$Proxy",
        "jdk.proxy2.$Proxy44, jdk.proxy.$Proxy",
        "com.acme.$Proxy7, com.acme.$Proxy",
        "com.acme.Shop$$Lambda$171/2132586099, com.acme.Shop$$Lambda",
        "com.acme.Shop$$Lambda/0x00007f1234567890, com.acme.Shop$$Lambda",
        "com.acme.Shop$$Lambda+0x00007f1234567890, com.acme.Shop$$Lambda",
        "com.acme.Shop$1$$Lambda$3/0x1, com.acme.Shop$$$Lambda",
        "com.acme.Shop$$SpringCGLIB$$0$$Lambda$30/0x1, com.acme.Shop$$Lambda",
        "com.acme.Shop$$ExternalSyntheticLambda0, com.acme.Shop$$Lambda",
        "java.lang.invoke.LambdaForm$MH/0x00000008000c4000, java.lang.invoke.LambdaForm$MH",
        "java.lang.invoke.LambdaForm$DMH012, java.lang.invoke.LambdaForm$DMH",
        // Compilers
        "com.acme.Shop$1, com.acme.Shop$",
        "com.acme.Shop$1$12, com.acme.Shop$$",
        "com.acme.Shop$1Till, com.acme.Shop$Till",
        "com.acme.Worker$process$2, com.acme.Worker$process$",
        "com.acme.Worker$process$$inlined$map$1, com.acme.Worker$process$$inlined$map$",
        "com.acme.Shop$$anonfun$total$1, com.acme.Shop$$anonfun$total$",
        "com.acme.Shop$$anon$2, com.acme.Shop$$anon$",
        "acme.core$_main$fn__1539, acme.core$_main$fn",
        "acme.core$orders$iter__5678__5682$fn__5683, acme.core$orders$iter$fn",
        "user$eval1234, user$eval",
        "acme.core$reify__88, acme.core$reify",
        "Script$_run_closure3, Script$_run_closure",
        "org.python.pycode._pyx12, org.python.pycode._pyx",
        "com.acme.Shop$_total_closure1$_closure2, com.acme.Shop$_total_closure$_closure",
        "org.apache.spark.GeneratedClass$GeneratedIteratorForCodegenStage4,"
                + " org.apache.spark.GeneratedClass$GeneratedIteratorForCodegenStage"
    })
    void className_isThatInTheSource(String generated, String written) {
        assertThat(GeneratedNames.className(generated)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({
        "lambda$place$0, lambda$place",
        "lambda$new$12, lambda$new",
        "lambda$0, lambda",
        "lambda$null$1, lambda$null",
        "lambda$lambda$place$0$1, lambda$lambda$place",
        "lambda$place$5b7a3f1c$1, lambda$place",
        "access$000, access",
        "$anonfun$place$1, $anonfun$place",
        "$anonfun$place$1$adapted, $anonfun$place",
        "place$1, place",
        "place$default$2, place",
        "apply$mcV$sp, apply",
        "place$default, place",
        "place$lambda$0, place$lambda",
        "place$lambda$3$lambda$2, place$lambda$lambda",
        "place$suspendImpl, place",
        "place-impl, place",
        "place-7apg3OU, place",
        "place$$superforward1, place",
        "place$$superforward, place",
        "place_aroundBody0, place",
        "CGLIB$place$3, place",
        "place$accessor$MdJrPcXb, place",
        "place$original$4XUdBLdR, place",
        "$$access$$place, place",
        "_d12place, place",
        "place$$superaccessor1, place",
        "_jspx_meth_c_005fforEach_005f0, _jspx_meth_c_005fforEach"
    })
    void method_isThatInTheSource(String generated, String written) {
        assertThat(GeneratedNames.method(generated)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({
        "com.acme.v2.Shop",
        "com.acme.Sha256",
        "com.acme.Base64$Decoder",
        "com.acme.Shop$Till",
        "com.acme.Shop$",
        "com.acme.$Shop",
        "com.acme.Shop_Impl",
        "com.acme.Evaluation1",
        "com.acme.Proxy2",
        "com.acme.HTTP2$Frame9x",
        "Shop"
    })
    void className_staysWhereItWasWrittenSo(String written) {
        assertThat(GeneratedNames.className(written)).isEqualTo(written);
    }

    @ParameterizedTest
    @CsvSource({
        "place",
        "place2",
        "<init>",
        "<clinit>",
        "a test with - 12345 words",
        "_place",
        "_d",
        "_d12",
        "_double",
        "toBase64",
        "$"
    })
    void method_staysWhereItWasWrittenSo(String written) {
        assertThat(GeneratedNames.method(written)).isEqualTo(written);
    }

    @Test
    void names_ofNothingStayEmpty() {
        assertThat(GeneratedNames.className("")).isEmpty();
        assertThat(GeneratedNames.method("")).isEmpty();
    }
}
