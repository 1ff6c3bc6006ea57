import de.bwaldvogel.mongo.backend.KeyValue;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ObjectDataType;

/**
 * Keys of an index. H2 would compare two of them by serializing both, at each step of a search; nearly
 * all of ours are one text, which is compared and written as it is. Texts come before all else.
 */
final class KeyType extends BasicDataType<KeyValue> {
  private static final byte OBJECT = 0;
  private static final byte TEXT = 1;

  private static String textOf(KeyValue key) {
    return key.size() == 1 && key.get(0) instanceof String ? (String) key.get(0) : null;
  }

  @Override
  public int compare(KeyValue a, KeyValue b) {
    String left = textOf(a);
    String right = textOf(b);
    if (left != null && right != null) {
      return left.compareTo(right);
    }
    if (left != null || right != null) {
      return left != null ? -1 : 1;
    }
    return ObjectDataType.compareNotNull(
        ObjectDataType.serialize(a), ObjectDataType.serialize(b));
  }

  @Override
  public int getMemory(KeyValue key) {
    String text = textOf(key);
    return text == null ? 256 : 72 + 2 * text.length();
  }

  @Override
  public void write(WriteBuffer buffer, KeyValue key) {
    String text = textOf(key);
    byte[] bytes =
        text == null ? ObjectDataType.serialize(key) : text.getBytes(StandardCharsets.UTF_8);
    buffer.put(text == null ? OBJECT : TEXT).putVarInt(bytes.length).put(bytes);
  }

  @Override
  public KeyValue read(ByteBuffer buffer) {
    byte kind = buffer.get();
    byte[] bytes = new byte[DataUtils.readVarInt(buffer)];
    buffer.get(bytes);
    return kind == TEXT
        ? new KeyValue(new String(bytes, StandardCharsets.UTF_8))
        : (KeyValue) ObjectDataType.deserialize(bytes);
  }

  @Override
  public KeyValue[] createStorage(int size) {
    return new KeyValue[size];
  }
}
