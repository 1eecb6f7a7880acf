import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One real OpenSearch node on loopback, until its process is ended: Node FOLDER HTTP_PORT TRANSPORT_PORT */
public class Node {
    public static void main(String[] args) throws Exception {
        OpenSearchRunner runner = new OpenSearchRunner();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                runner.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        runner.onBuild((number, settings) -> {
            settings.put("http.port", args[1]);
            settings.put("transport.port", args[2]);
            settings.put("network.host", "127.0.0.1");
            settings.put("path.repo", args[0] + "/snapshots");
        });
        runner.build(OpenSearchRunner.newConfigs().basePath(args[0]).numOfNode(1).clusterName("wiredesk-test"));
        Thread.currentThread().join();
    }
}
