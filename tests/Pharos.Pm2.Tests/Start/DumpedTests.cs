using System.Text.Json.Nodes;
using Pharos.Pm2.Start;
using Xunit;

namespace Pharos.Pm2.Tests.Start;

public sealed class DumpedTests
{
    [Fact]
    public void An_entry_of_PM2s_own_becomes_what_was_asked_for_once()
    {
        var entry = (JsonObject)JsonNode.Parse("""
            {"name": "web", "pm_exec_path": "/srv/web.js", "pm_cwd": "/srv", "exec_interpreter": "node", "exec_mode": "cluster_mode", "node_args": ["--a"], "args": ["x"],
             "merge_logs": false, "pm_out_log_path": "/h/logs/web-out-3.log", "pm_err_log_path": "/h/logs/web-error-3.log", "restart_time": 5, "status": "online", "pm_id": 3,
             "max_memory_restart": 1000000, "watch": false, "env": {"A": "1", "PORT": 3000, "unique_id": "u", "name": "web"}, "A": "1"}
            """)!;
        var (conf, env) = Dumped.Of(entry, 2);
        Assert.Empty(conf.Faults);
        Assert.Equal("/srv/web.js", conf.Text("script"));
        Assert.Equal("/srv", conf.Text("cwd"));
        Assert.Equal("2", conf.Text("instances"));
        Assert.Equal("/h/logs/web-out.log", conf.Text("out_file"));
        Assert.Equal(["--a"], conf.Words("node_args"));
        Assert.Equal(1_000_000, conf.Number("max_memory_restart"));
        Assert.Equal("3000", env["PORT"]);
        Assert.DoesNotContain("unique_id", env.Keys);
        Assert.DoesNotContain("name", env.Keys);
    }
}
