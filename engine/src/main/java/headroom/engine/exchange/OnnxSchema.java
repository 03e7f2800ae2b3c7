package headroom.engine.exchange;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;

/**
 * The part of the ONNX format that is read here, as protobuf descriptors: nodes and initialisers. Fields left out are skipped by
 * the protobuf library. Built in code rather than generated, see docs/decisions.
 */
final class OnnxSchema {
    static final Descriptor MODEL = build().findMessageTypeByName("ModelProto");

    private OnnxSchema() {
    }

    private static FileDescriptor build() {
        FileDescriptorProto file = FileDescriptorProto.newBuilder().setName("onnx-read.proto").setPackage("headroom.onnx").setSyntax("proto2")
                .addMessageType(message("ModelProto", one("graph", 7, "GraphProto")))
                .addMessageType(message("GraphProto", many("node", 1, "NodeProto"), many("initializer", 5, "TensorProto")))
                .addMessageType(message("NodeProto", many("input", 1, Type.TYPE_STRING), many("output", 2, Type.TYPE_STRING),
                        one("name", 3, Type.TYPE_STRING), one("op_type", 4, Type.TYPE_STRING)))
                // packed floats are, byte for byte, little-endian data: read as bytes they need neither boxing nor copying
                .addMessageType(message("TensorProto", many("dims", 1, Type.TYPE_INT64), one("data_type", 2, Type.TYPE_INT32),
                        many("float_data", 4, Type.TYPE_BYTES), many("int32_data", 5, Type.TYPE_INT32), many("int64_data", 7, Type.TYPE_INT64),
                        one("name", 8, Type.TYPE_STRING), one("raw_data", 9, Type.TYPE_BYTES), many("double_data", 10, Type.TYPE_BYTES),
                        many("external_data", 13, Type.TYPE_BYTES), one("data_location", 14, Type.TYPE_INT32)))
                .build();
        try {
            return FileDescriptor.buildFrom(file, new FileDescriptor[0]);
        } catch (DescriptorValidationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static DescriptorProto message(String name, FieldDescriptorProto.Builder... fields) {
        DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
        for (FieldDescriptorProto.Builder field : fields) {
            message.addField(field);
        }
        return message.build();
    }

    private static FieldDescriptorProto.Builder one(String name, int number, Type type) {
        return FieldDescriptorProto.newBuilder().setName(name).setNumber(number).setType(type).setLabel(Label.LABEL_OPTIONAL);
    }

    private static FieldDescriptorProto.Builder many(String name, int number, Type type) {
        return one(name, number, type).setLabel(Label.LABEL_REPEATED);
    }

    private static FieldDescriptorProto.Builder one(String name, int number, String message) {
        return one(name, number, Type.TYPE_MESSAGE).setTypeName(".headroom.onnx." + message);
    }

    private static FieldDescriptorProto.Builder many(String name, int number, String message) {
        return one(name, number, message).setLabel(Label.LABEL_REPEATED);
    }
}
