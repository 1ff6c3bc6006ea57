import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * A server whose maps have types of their own. It opens maps by name alone and takes one that is open
 * as it is, so each is opened here first.
 */
class TypedBackend extends H2Backend {
  TypedBackend(MVStore store) {
    super(store);
  }

  @Override
  protected MongoDatabase openOrCreateDatabase(String name) {
    return new TypedDatabase(name);
  }

  /** Not static: its parent's constructor opens maps already, and the store is to be at hand then. */
  private final class TypedDatabase extends H2Database {
    TypedDatabase(String name) {
      super(name, getMvStore(), getCursorRegistry());
    }

    @Override
    protected Index<Object> openOrCreateUniqueIndex(
        String collection, String index, List<IndexKey> keys, boolean sparse) {
      getMvStore()
          .openMap(
              getDatabaseName() + "." + collection + "._index_" + index,
              new MVMap.Builder<KeyValue, Object>().keyType(new KeyType()));
      return super.openOrCreateUniqueIndex(collection, index, keys, sparse);
    }

    @Override
    protected MongoCollection<Object> openOrCreateCollection(
        String collection, CollectionOptions options) {
      getMvStore()
          .openMap(
              "databases." + getDatabaseName() + "." + collection,
              new MVMap.Builder<Object, Document>().valueType(new DocumentType()));
      return super.openOrCreateCollection(collection, options);
    }
  }
}
