// Real stack traces of Java: causes, a suppressed one, java.util.logging, an uncaught one.
import java.util.logging.*;

public class Trace {
    static void load(String key) { throw new IllegalStateException("no connection to 10.0.0.7:5432"); }

    static void save(int order) {
        try { load("k"); }
        catch (IllegalStateException e) {
            RuntimeException r = new RuntimeException("order " + order + " could not be saved", e);
            r.addSuppressed(new java.io.IOException("close failed"));
            throw r;
        }
    }

    public static void main(String[] args) {
        System.out.println("begin");
        try { save(4711); } catch (RuntimeException e) { e.printStackTrace(System.out); }
        System.out.println("2026-11-22 10:14:56,123 ERROR [main] shop.Orders - after it");
        Logger log = Logger.getLogger("shop");
        log.setUseParentHandlers(false);
        Handler h = new StreamHandler(System.out, new SimpleFormatter());
        log.addHandler(h);
        log.log(Level.SEVERE, "logged", new IllegalArgumentException("bad"));
        h.flush();
        System.out.flush();
        System.setErr(System.out);
        save(1);
    }
}
