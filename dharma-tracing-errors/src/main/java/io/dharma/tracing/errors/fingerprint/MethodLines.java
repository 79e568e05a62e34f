package io.dharma.tracing.errors.fingerprint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which lines each method of a class has, from the {@code LineNumberTable} attributes of its class file (the Java Virtual
 * Machine Specification, chapter 4). Everything else in the file is stepped over.
 */
final class MethodLines {

    static final MethodLines NONE = new MethodLines(List.of());

    private static final int MAGIC = 0xCAFEBABE;
    private static final int BYTES_OF_AN_EXCEPTION_HANDLER = 8;

    private final List<Method> methods;

    private MethodLines(List<Method> methods) {
        this.methods = methods;
    }

    /** One method: where its code begins, and all its lines, in order. */
    private static final class Method {
        private final String name;
        private final int first;
        private final int[] lines;

        Method(String name, int first, int[] lines) {
            this.name = name;
            this.first = first;
            this.lines = lines;
        }

        boolean is(String method, int line) {
            return name.equals(method) && Arrays.binarySearch(lines, line) >= 0;
        }
    }

    /** Of what is no class file, or has no lines, none. */
    static MethodLines of(byte[] classFile) {
        try {
            return new MethodLines(new Reader(classFile).methods());
        } catch (RuntimeException malformed) {
            // An index that leads nowhere, or an end too soon.
            return NONE;
        }
    }

    /**
     * The line with which the method's code begins; 0 where no method of this name has that line. Of several the one that
     * begins last: an overload may share a line with it.
     */
    int firstLine(String method, int line) {
        int first = 0;
        for (Method candidate : methods) {
            if (candidate.is(method, line)) {
                first = Math.max(first, candidate.first);
            }
        }
        return first;
    }

    /** How many numbers it holds. */
    int size() {
        int size = 1;
        for (Method method : methods) {
            size += 1 + method.lines.length;
        }
        return size;
    }

    private static final class Reader {
        private final byte[] file;
        private final ByteBuffer bytes;
        private final int[] constants;

        /** Reads up to the access flags. */
        Reader(byte[] file) {
            this.file = file;
            this.bytes = ByteBuffer.wrap(file);
            if (bytes.getInt() != MAGIC) {
                throw new IllegalArgumentException("no class file");
            }
            skip(4);
            constants = new int[unsignedShort()];
            for (int i = 1; i < constants.length; i++) {
                constants[i] = bytes.position();
                i += readConstant();
            }
        }

        /** Says how many entries it takes besides its own: a long or a double takes two. */
        private int readConstant() {
            int tag = bytes.get();
            switch (tag) {
                case 1 -> skip(unsignedShort());
                case 7, 8, 16, 19, 20 -> skip(2);
                case 15 -> skip(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> skip(4);
                case 5, 6 -> skip(8);
                default -> throw new IllegalArgumentException("unknown constant " + tag);
            }
            return tag == 5 || tag == 6 ? 1 : 0;
        }

        List<Method> methods() {
            skip(6);
            skip(2 * unsignedShort());
            for (int fields = unsignedShort(); fields > 0; fields--) {
                skip(6);
                skipAttributes();
            }
            List<Method> methods = new ArrayList<>();
            for (int left = unsignedShort(); left > 0; left--) {
                readMethod(methods);
            }
            return List.copyOf(methods);
        }

        private void readMethod(List<Method> methods) {
            skip(2);
            String name = text(unsignedShort());
            skip(2);
            for (int attributes = unsignedShort(); attributes > 0; attributes--) {
                boolean isCode = text(unsignedShort()).equals("Code");
                int end = endOfAttribute();
                if (isCode) {
                    readCode(name, methods);
                }
                bytes.position(end);
            }
        }

        private void readCode(String name, List<Method> methods) {
            skip(4);
            skip(bytes.getInt());
            skip(BYTES_OF_AN_EXCEPTION_HANDLER * unsignedShort());
            LineTable lines = new LineTable();
            for (int attributes = unsignedShort(); attributes > 0; attributes--) {
                boolean isTable = text(unsignedShort()).equals("LineNumberTable");
                int end = endOfAttribute();
                if (isTable) {
                    readTable(lines);
                }
                bytes.position(end);
            }
            if (lines.size > 0) {
                methods.add(new Method(name, lines.first, lines.distinct()));
            }
        }

        private void readTable(LineTable lines) {
            for (int entries = unsignedShort(); entries > 0; entries--) {
                lines.add(unsignedShort(), unsignedShort());
            }
        }

        private void skipAttributes() {
            for (int attributes = unsignedShort(); attributes > 0; attributes--) {
                skip(2);
                bytes.position(endOfAttribute());
            }
        }

        private int endOfAttribute() {
            int length = bytes.getInt();
            return Math.addExact(bytes.position(), requirePositive(length));
        }

        private String text(int constant) {
            int at = constants[constant];
            int length = bytes.getShort(at + 1) & 0xffff;
            return new String(file, at + 3, length, StandardCharsets.UTF_8);
        }

        private void skip(int count) {
            bytes.position(Math.addExact(bytes.position(), requirePositive(count)));
        }

        /** Going back could go on for ever. */
        private static int requirePositive(int count) {
            if (count < 0) {
                throw new IllegalArgumentException("negative length");
            }
            return count;
        }

        private int unsignedShort() {
            return bytes.getShort() & 0xffff;
        }
    }

    /**
     * The lines of one method. Its first is that of its lowest instruction, not the lowest number: a constructor also has
     * the lines of the fields that it sets, which are anywhere in the file.
     */
    private static final class LineTable {
        private int[] lines = new int[16];
        private int size;
        private int first;
        private int lowest = Integer.MAX_VALUE;

        void add(int instruction, int line) {
            if (size == lines.length) {
                lines = Arrays.copyOf(lines, 2 * size);
            }
            lines[size++] = line;
            if (instruction < lowest) {
                lowest = instruction;
                first = line;
            }
        }

        int[] distinct() {
            return Arrays.stream(lines, 0, size).sorted().distinct().toArray();
        }
    }
}
