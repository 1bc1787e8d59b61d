using Pharos.Contracts;

namespace Pharos.Screens;

/// <summary>What the loop has to do after a key.</summary>
internal abstract record MonitOrder
{
    private MonitOrder()
    {
    }

    /// <summary>Leave.</summary>
    public sealed record Quit : MonitOrder;

    /// <summary>Ask the daemon for an operation.</summary>
    /// <param name="Verb">start, stop or restart.</param>
    /// <param name="Selector">APP:INDEX.</param>
    public sealed record Operate(string Verb, string Selector) : MonitOrder;
}

/// <summary>Everything that the screen shows. One loop owns it; the frame only reads it.</summary>
internal sealed class MonitModel
{
    /// <summary>Samples that are kept of each instance: at one a second, more than the widest screen shows.</summary>
    public const int HistoryLength = 300;

    /// <summary>Lines that are kept of the selected instance.</summary>
    public const int LogLength = 2000;

    private const int MessageSamples = 5;

    private readonly Dictionary<string, List<(double Cpu, double Memory)>> _history = [];
    private string? _wanted;
    private int _messageAge;

    /// <summary>Instances, those of one app together.</summary>
    public List<InstanceView> Instances { get; private set; } = [];

    /// <summary>Index of the selected one; 0 when there is none.</summary>
    public int Selected { get; private set; }

    /// <summary>The selected instance; null when there is none.</summary>
    public InstanceView? Current => Selected < Instances.Count ? Instances[Selected] : null;

    /// <summary>Lines of the selected instance, oldest first.</summary>
    public List<LogLineView> Log { get; } = [];

    /// <summary>How many lines the log is scrolled up; 0: the newest is in view.</summary>
    public int LogScroll { get; private set; }

    /// <summary>Lines of stdout are shown.</summary>
    public bool ShowsStdout { get; private set; } = true;

    /// <summary>Lines of stderr are shown.</summary>
    public bool ShowsStderr { get; private set; } = true;

    /// <summary>The log has the whole screen.</summary>
    public bool FullLog { get; private set; }

    /// <summary>The keys are explained.</summary>
    public bool ShowsHelp { get; private set; }

    /// <summary>What waits for a yes; null: nothing.</summary>
    public MonitOrder.Operate? Question { get; private set; }

    /// <summary>What the last operation came to; null: nothing to say.</summary>
    public string? Message { get; private set; }

    /// <summary>Why there is nothing new; null: connected.</summary>
    public string? Lost { get; set; } = "connecting";

    /// <summary>Whether colours are allowed.</summary>
    public bool Color { get; init; } = true;

    /// <summary>Name of an instance.</summary>
    public static string KeyOf(InstanceView it) => $"{it.App}:{it.Index}";

    /// <summary>Select this app or instance when it comes into view.</summary>
    public void Want(string selector) => _wanted = selector;

    /// <summary>Says something, for a while.</summary>
    public void Say(string message) => (Message, _messageAge) = (message, 0);

    /// <summary>Takes a new set of instances; the selection stays on its instance.</summary>
    public void Show(IReadOnlyList<InstanceView> instances)
    {
        var key = Current is { } current ? KeyOf(current) : null;
        Instances = [.. instances];
        Instances.Sort((a, b) => string.CompareOrdinal(a.App, b.App) is not 0 and var byApp ? byApp : a.Index - b.Index);
        Lost = null;
        Message = ++_messageAge > MessageSamples ? null : Message;
        Remember();
        var at = Instances.FindIndex(it => _wanted is not null ? _wanted == it.App || _wanted == KeyOf(it) : KeyOf(it) == key);
        _wanted = at >= 0 ? null : _wanted;
        Selected = at >= 0 ? at : Math.Clamp(Selected, 0, Math.Max(0, Instances.Count - 1));
    }

    /// <summary>CPU percent and memory bytes of an instance, oldest first.</summary>
    public IReadOnlyList<(double Cpu, double Memory)> History(InstanceView it) => _history.TryGetValue(KeyOf(it), out var samples) ? samples : [];

    /// <summary>A line of the selected instance.</summary>
    public void Add(LogLineView line)
    {
        Log.Add(line);
        LogScroll += LogScroll > 0 && IsShown(line) ? 1 : 0; // who reads the past is not pushed on by the present
        if (Log.Count > LogLength)
        {
            Log.RemoveRange(0, Log.Count - LogLength);
        }
    }

    /// <summary>Whether a line's stream is switched on.</summary>
    public bool IsShown(LogLineView line) => line.Stream == "stderr" ? ShowsStderr : ShowsStdout;

    /// <summary>Forgets the lines: others will come.</summary>
    public void ClearLog()
    {
        Log.Clear();
        LogScroll = 0;
    }

    /// <summary>Takes a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="page">Lines of the log that are in view.</param>
    /// <returns>What is to be done; null: only to be shown.</returns>
    public MonitOrder? Press(MonitKey key, int page)
    {
        Message = null;
        if (Question is { } question)
        {
            Question = null;
            return key == MonitKey.Yes ? question : null;
        }

        if (ShowsHelp && key != MonitKey.Quit)
        {
            ShowsHelp = false;
            return null;
        }

        switch (key)
        {
            case MonitKey.Quit:
                return new MonitOrder.Quit();
            case MonitKey.Up:
                Select(Selected - 1);
                break;
            case MonitKey.Down:
                Select(Selected + 1);
                break;
            case MonitKey.First:
                Select(0);
                break;
            case MonitKey.Last:
                Select(Instances.Count - 1);
                break;
            case MonitKey.PageUp:
                Scroll(Math.Max(1, page - 1), page);
                break;
            case MonitKey.PageDown:
                Scroll(-Math.Max(1, page - 1), page);
                break;
            case MonitKey.Restart when Current is { } it:
                Question = new("restart", KeyOf(it));
                break;
            case MonitKey.StopOrStart when Current is { State: "stopped" or "failed" } it:
                return new MonitOrder.Operate("start", KeyOf(it));
            case MonitKey.StopOrStart when Current is { } it:
                Question = new("stop", KeyOf(it));
                break;
            case MonitKey.FullLog:
                FullLog = !FullLog;
                break;
            case MonitKey.Stdout:
                (ShowsStdout, LogScroll) = (!ShowsStdout, 0);
                break;
            case MonitKey.Stderr:
                (ShowsStderr, LogScroll) = (!ShowsStderr, 0);
                break;
            case MonitKey.Help:
                ShowsHelp = true;
                break;
            case MonitKey.Restart or MonitKey.StopOrStart or MonitKey.Yes or MonitKey.Other:
                break;
        }

        return null;
    }

    private void Select(int index) => Selected = Math.Clamp(index, 0, Math.Max(0, Instances.Count - 1));

    private void Scroll(int lines, int page)
    {
        var shown = Log.FindAll(IsShown).Count;
        LogScroll = Math.Clamp(LogScroll + lines, 0, Math.Max(0, shown - page));
    }

    private void Remember()
    {
        var seen = new HashSet<string>();
        foreach (var it in Instances)
        {
            var key = KeyOf(it);
            seen.Add(key);
            if (!_history.TryGetValue(key, out var samples))
            {
                _history[key] = samples = [];
            }

            samples.Add((it.CpuPercent ?? 0, it.TreeMemoryBytes ?? it.MemoryBytes ?? 0));
            if (samples.Count > HistoryLength)
            {
                samples.RemoveAt(0);
            }
        }

        foreach (var key in _history.Keys)
        {
            if (!seen.Contains(key))
            {
                _history.Remove(key);
            }
        }
    }
}
