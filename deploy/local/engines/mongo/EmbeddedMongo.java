import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import java.util.Set;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * The embedded MongoDB of a local installation: one file, one loopback port.
 *
 * <p>As it comes, the server answers a write before H2 has committed it, and a killed process loses
 * what it acknowledged. Here every command that writes is committed before its answer leaves.
 */
public final class EmbeddedMongo {
  private static final Set<String> WRITES =
      Set.of(
          "insert",
          "update",
          "delete",
          "findAndModify",
          "findandmodify",
          "create",
          "createIndexes",
          "drop",
          "dropDatabase",
          "dropIndexes",
          "deleteIndexes",
          "renameCollection");

  /** The oldest wire version that current drivers accept, with room above. */
  private static final MongoVersion VERSION =
      new MongoVersion() {
        @Override
        public List<Integer> getVersionArray() {
          return List.of(6, 0, 0);
        }

        @Override
        public int getWireVersion() {
          return 17;
        }
      };

  private static final class DurableBackend extends TypedBackend {
    DurableBackend(MVStore store) {
      super(store);
    }

    @Override
    public Document handleMessage(MongoMessage message) {
      Document answer = super.handleMessage(message);
      Document command = message.getDocument();
      if (!command.isEmpty() && WRITES.contains(command.keySet().iterator().next())) {
        commit();
      }
      return answer;
    }
  }

  /** How documents and keys are written; another number for another way. */
  private static final int FORMAT = 2;

  /** Whether the store is new, or was written as this program writes. */
  private static boolean isReadable(MVStore store) {
    // Also one whose first start was killed before it had said so.
    boolean isNew = store.getMapNames().stream().allMatch("about"::equals);
    MVMap<String, Integer> about = store.openMap("about");
    if (isNew) {
      about.put("format", FORMAT);
      store.commit();
    }
    return Integer.valueOf(FORMAT).equals(about.get("format"));
  }

  public static void main(String[] args) {
    String file = args[0];
    int port = Integer.parseInt(args[1]);
    MVStore store = new MVStore.Builder().fileName(file).cacheSize(32).open();
    if (!isReadable(store)) {
      System.err.println(
          "the data here was written by an earlier version: npm run reset discards it");
      System.exit(1);
    }
    DurableBackend backend = new DurableBackend(store);
    backend.version(VERSION);
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", port);
    System.out.println("listening on 127.0.0.1:" + port);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.shutdownNow();
                  backend.close();
                }));
  }
}
