using Pharos.Benchmarks.Contestants;

namespace Pharos.Benchmarks.Table;

/// <summary>What the lines of the table share in one run.</summary>
internal sealed class TableRun(Arguments arguments, bool quick) : IDisposable
{
    private readonly Lazy<Programs> _programs = new(() => new Programs());

    public Arguments Arguments => arguments;

    public Programs Programs => _programs.Value;

    /// <summary>So many rounds, or seconds; of a quick run a third, but at least two.</summary>
    public int Count(int whole) => quick ? Math.Max(2, whole / 3) : whole;

    /// <summary>Pharos without a destination.</summary>
    public Contestant Pharos(params IEnumerable<(string Name, string Value)> more) => PharosContestant.Create(arguments, "pharos", null, more);

    /// <summary>PM2.</summary>
    public Contestant Pm2() => Pm2Contestant.IfThere(arguments).FirstOrDefault() ?? throw new CannotMeasureException("PM2 is not there: bench/pm2/install");

    /// <summary>Pharos and PM2, both up.</summary>
    public Pair Both(params IEnumerable<(string Name, string Value)> more) => new(Pharos(more), Pm2());

    public void Dispose()
    {
        if (_programs.IsValueCreated)
            _programs.Value.Dispose();
    }

    /// <summary>Waits without measuring: what follows is the rest, not the work that was.</summary>
    public static void Settle(int seconds) => Thread.Sleep(TimeSpan.FromSeconds(seconds));

    /// <summary>Both, up; ended together.</summary>
    internal sealed class Pair : IDisposable
    {
        public Pair(Contestant pharos, Contestant pm2)
        {
            (Pharos, Pm2) = (pharos, pm2);
            pharos.Up();
            pm2.Up();
        }

        public Contestant Pharos { get; }

        public Contestant Pm2 { get; }

        public IEnumerable<Contestant> All => [Pharos, Pm2];

        public void Dispose()
        {
            Pharos.Dispose();
            Pm2.Dispose();
        }
    }
}
