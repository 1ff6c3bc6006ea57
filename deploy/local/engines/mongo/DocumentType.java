import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.bson.BsonDecoder;
import de.bwaldvogel.mongo.wire.bson.BsonEncoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ObjectDataType;

/** Documents as BSON, as they came; H2 would serialize them as objects of Java, field by field. */
final class DocumentType extends BasicDataType<Document> {
  private static final byte OBJECT = 0;
  private static final byte BSON = 1;

  @Override
  public int getMemory(Document document) {
    return memoryOf(document);
  }

  /** About as many bytes as it takes: by this H2 decides how many share a page. */
  private static int memoryOf(Object value) {
    if (value instanceof Map<?, ?>) {
      int sum = 64;
      for (Map.Entry<?, ?> entry : ((Map<?, ?>) value).entrySet()) {
        sum += 48 + memoryOf(entry.getValue());
      }
      return sum;
    }
    if (value instanceof Collection<?>) {
      int sum = 32;
      for (Object item : (Collection<?>) value) {
        sum += 8 + memoryOf(item);
      }
      return sum;
    }
    if (value instanceof byte[]) {
      return 16 + ((byte[]) value).length;
    }
    return value instanceof String ? 40 + ((String) value).length() : 24;
  }

  @Override
  public void write(WriteBuffer buffer, Document document) {
    byte[] bson = bsonOf(document);
    byte[] bytes = bson == null ? ObjectDataType.serialize(document) : bson;
    buffer.put(bson == null ? OBJECT : BSON).putVarInt(bytes.length).put(bytes);
  }

  /** Null where the server keeps something of its own that BSON has no type for. */
  private static byte[] bsonOf(Document document) {
    ByteBuf target = Unpooled.buffer(1024);
    try {
      BsonEncoder.encodeDocument(document, target);
      byte[] bytes = new byte[target.readableBytes()];
      target.readBytes(bytes);
      return bytes;
    } catch (RuntimeException error) {
      return null;
    } finally {
      target.release();
    }
  }

  @Override
  public Document read(ByteBuffer buffer) {
    byte kind = buffer.get();
    byte[] bytes = new byte[DataUtils.readVarInt(buffer)];
    buffer.get(bytes);
    return kind == BSON
        ? BsonDecoder.decodeBson(Unpooled.wrappedBuffer(bytes))
        : (Document) ObjectDataType.deserialize(bytes);
  }

  @Override
  public Document[] createStorage(int size) {
    return new Document[size];
  }
}
