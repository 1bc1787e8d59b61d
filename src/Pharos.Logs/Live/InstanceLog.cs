using System.Collections.Immutable;
using System.Text;
using Pharos.Core.Identity;
using Pharos.Core.Specs.Logs;
using Pharos.Logs.Formats;
using Pharos.Logs.Records;
using Pharos.Logs.Store;
using Pharos.Telemetry.Instances;

namespace Pharos.Logs.Live;

/// <summary>The output of one instance over all its incarnations: its files, its last lines, its followers, its numbers.</summary>
/// <remarks>Lines come from the pump's thread only, and become objects only when somebody follows.</remarks>
public sealed class InstanceLog : IDisposable
{
    private readonly LogHub _hub;
    private readonly LogStore _store;
    private readonly LogPlan _plan;
    private readonly long[] _told = [-1, -1]; // per stream: up to which position followers were told; written under the hub's lock
    private readonly long[] _began = [-1, -1]; // per stream: where this daemon began to read it; the same
    private readonly int[] _bands = new int[Bands];
    private KeyValuePair<string, string>[] _env = [];
    private volatile RecordMaker? _records;
    private volatile SecretMask _mask = new([]);

    /// <param name="key">Whose.</param>
    /// <param name="plan">Where its output goes.</param>
    /// <param name="telemetry">Its counters.</param>
    /// <param name="hub">Where followers are.</param>
    /// <param name="store">Where its files are kept.</param>
    public InstanceLog(InstanceKey key, LogPlan plan, InstanceTelemetry telemetry, LogHub hub, LogStore store)
    {
        Key = key;
        Telemetry = telemetry;
        _plan = plan;
        _hub = hub;
        _store = store;
    }

    /// <summary>Whose.</summary>
    public InstanceKey Key { get; }

    /// <summary>Log file of stdout, or the buffer in its place; /dev/null when there is neither.</summary>
    public string OutPath => _plan.OutPath ?? LogSpec.NoFile;

    /// <summary>As <see cref="OutPath"/>, of stderr.</summary>
    public string ErrPath => _plan.ErrPath ?? LogSpec.NoFile;

    /// <summary>All files that it writes, without their rotations.</summary>
    public IEnumerable<string> Paths => _plan.Out.Concat(_plan.Err).Select(o => o.Path).Distinct();

    /// <summary>Its counters.</summary>
    public InstanceTelemetry Telemetry { get; }

    /// <summary>The files in the store that its streams go into, copies left out: each with whether it is stderr's.</summary>
    public IEnumerable<(string Path, bool Stderr)> StorePaths
    {
        get
        {
            if (_plan.OutPath is { } first)
                yield return (first, false);
            if (_plan.ErrPath is { } second)
                yield return (second, true);
        }
    }

    /// <summary>Whether its output is shipped where there is a destination.</summary>
    public bool Ships => _plan.Spec is { Ship: true, Off: false };

    /// <summary>Position behind what was handed on of one of its streams. Any thread.</summary>
    /// <param name="stderr">Which.</param>
    /// <returns>0: nothing by this daemon.</returns>
    public long PositionOf(bool stderr) => Math.Max(0, Volatile.Read(ref _told[stderr ? 1 : 0]));

    /// <summary>Called after one of its streams has grown in the store, on the pump's thread: true for stderr. Must not block.</summary>
    public Action<bool>? Grown { get; set; }

    /// <summary>Number of severity bands.</summary>
    internal const int Bands = 7;

    /// <summary>What happens to its output.</summary>
    public LogSpec Spec => _plan.Spec;

    internal LogStore Store => _store;

    /// <summary>The files that one of its streams goes into.</summary>
    internal ImmutableArray<StreamOptions> FilesOf(bool stderr) => stderr ? _plan.Err : _plan.Out;

    /// <summary>Values of this environment's secret variables are taken out of what leaves the machine.</summary>
    /// <param name="env">The app's environment.</param>
    public void MaskSecretsOf(IEnumerable<KeyValuePair<string, string>> env)
    {
        (_env, _records) = ([.. env], null);
        _mask = new SecretMask(env);
    }

    /// <summary>Makes records of its lines.</summary>
    internal RecordMaker Records => _records ??= new RecordMaker(_plan.Spec, _env);

    /// <summary>The last lines in its files, both streams, oldest first, as clean text with secrets taken out.</summary>
    /// <param name="count">How many at most.</param>
    /// <param name="sinceUnixNanos">None older than this.</param>
    /// <returns>The lines.</returns>
    public IReadOnlyList<string> LastLines(int count, long sinceUnixNanos) =>
        [.. History(count, l => l.AtUnixNanos >= sinceUnixNanos, long.MaxValue, long.MaxValue).Select(l => Encoding.UTF8.GetString(_mask.Apply(PlainText.Clean(l.Bytes.Span))))];

    /// <summary>Takes the values of secret variables out of a text, and what is no text.</summary>
    /// <param name="text">The text.</param>
    /// <returns>One clean line.</returns>
    public string Mask(string text) => Encoding.UTF8.GetString(_mask.Apply(PlainText.Clean(Encoding.UTF8.GetBytes(text.ReplaceLineEndings(" ")))));

    /// <summary>The last lines before two positions, oldest first.</summary>
    internal List<LogLine> History(int count, Func<LogLine, bool> wanted, long outBefore, long errBefore)
    {
        List<LogLine> lines = [];
        foreach (var (path, stderr, before) in new[] { (_plan.OutPath, false, outBefore), (_plan.ErrPath, true, errBefore) })
        {
            if (path is null || count <= 0)
                continue;
            var mine = new LogSource(Key.App, Key.Index, stderr);
            try
            {
                using var reader = _store.Reader(path);
                reader.ReadLast(count, before, source => source == mine, (in StoredLine line) =>
                {
                    lines.Add(new LogLine(Key, stderr, line.UnixNanos, line.Bytes.ToArray()));
                    return true;
                });
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Ignoring: old lines are a convenience; what is wrong with the file is said when the app prints.
            }
        }

        lines.RemoveAll(l => !wanted(l));
        return [.. lines.OrderBy(l => l.AtUnixNanos).TakeLast(count)];
    }

    /// <summary>Up to where followers were told; read under the hub's lock.</summary>
    internal (long Out, long Err) Told => (Begun(_told[0]), Begun(_told[1]));

    /// <summary>Where this daemon began to read its streams.</summary>
    internal (long Out, long Err) Began => (Begun(Volatile.Read(ref _began[0])), Begun(Volatile.Read(ref _began[1])));

    /// <summary>Whether anybody wants more than numbers of its lines.</summary>
    internal bool IsFollowed => _hub.HasFollowers;

    /// <summary>A line was written; the hub's lock is held.</summary>
    internal void Line(ReadOnlySpan<byte> line, int part, bool stderr, long nowUnixNanos, bool followed)
    {
        _bands[BandOf(line, part)]++;
        if (!followed)
            return;
        if (_hub.HasFollowers)
            _hub.Publish(new LogLine(Key, stderr, nowUnixNanos, line.ToArray()));
    }

    /// <summary>Counts whole lines that nobody looks at; the hub's lock is held.</summary>
    /// <param name="bytes">A buffer that begins with a line.</param>
    /// <returns>Its bytes that are counted.</returns>
    internal int Count(ReadOnlySpan<byte> bytes) => Count(bytes, _bands);

    /// <summary>The same into numbers of the caller's; any thread.</summary>
    internal int Count(ReadOnlySpan<byte> bytes, Span<int> bands) => BandCounter.Count(bytes, _plan.Spec.MaxLineBytes, bands);

    /// <summary>The band that a line, or a part of an over-long one, counts for.</summary>
    internal static int BandOf(ReadOnlySpan<byte> line, int part) => part <= 1 ? SeverityBand.Of(line) : 0;

    /// <summary>A batch is through; the hub's lock is held.</summary>
    internal void Passed(bool stderr, long position)
    {
        var stream = stderr ? 1 : 0;
        if (_told[stream] < 0)
            Volatile.Write(ref _began[stream], position);
        Volatile.Write(ref _told[stream], position);
        Telemetry.LogLines(stderr, _bands);
        _bands.AsSpan().Clear();
    }

    internal object Gate => _hub.Gate;

    /// <summary>Of a stream that this daemon has read nothing of, all there is is the past.</summary>
    private static long Begun(long told) => told < 0 ? long.MaxValue : told;

    /// <summary>Closes its files. On the pump's thread.</summary>
    public void Dispose() => _store.Close([.. _plan.Out.Concat(_plan.Err).Select(o => o.Path)]);
}
