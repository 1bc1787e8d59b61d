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
    public Contestant Pharos() => PharosContestant.Create(arguments);

    /// <summary>PM2.</summary>
    public Contestant Pm2() => Pm2Contestant.IfThere(arguments).FirstOrDefault() ?? throw new CannotMeasureException("PM2 is not there: bench/pm2/install");

    /// <summary>Pharos and PM2, both up.</summary>
    public Pair Both() => new(Pharos(), Pm2());

    /// <summary>Pharos, PM2 and, where it is there, supervisord, all up.</summary>
    public Pair BothAndSupervisord() => new(Pharos(), Pm2(), SupervisordContestant.IfThere().FirstOrDefault());

    public void Dispose()
    {
        if (_programs.IsValueCreated)
            _programs.Value.Dispose();
    }

    /// <summary>Waits without measuring: what follows is the rest, not the work that was.</summary>
    public static void Settle(int seconds) => Thread.Sleep(TimeSpan.FromSeconds(seconds));

    /// <summary>Both, up, and who may stand beside them; ended together.</summary>
    internal sealed class Pair : IDisposable
    {
        public Pair(Contestant pharos, Contestant pm2, Contestant? beside = null)
        {
            (Pharos, Pm2, Beside) = (pharos, pm2, beside);
            foreach (var who in All)
                who.Up();
        }

        public Contestant Pharos { get; }

        public Contestant Pm2 { get; }

        public Contestant? Beside { get; }

        public IReadOnlyList<Contestant> All => Beside is null ? [Pharos, Pm2] : [Pharos, Pm2, Beside];

        public void Dispose()
        {
            foreach (var who in All)
                who.Dispose();
        }
    }
}
