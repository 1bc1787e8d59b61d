using System.Text.Json;
using Pharos.Contracts;
using Pharos.Pm2.Commands;
using Pharos.Pm2.Processes;

namespace Pharos.Pm2.Start;

/// <summary>Declares and starts an app that is not there yet.</summary>
internal static class Launching
{
    private const int Conflict = 409, Attempts = 50;

    /// <summary>Does it.</summary>
    /// <param name="it">The command.</param>
    /// <param name="conf">What was asked for.</param>
    /// <param name="env">The complete environment.</param>
    /// <param name="list">What there is: its names are taken.</param>
    /// <param name="done">What is told when it runs; null: nothing.</param>
    /// <param name="before">What is told before; null: nothing.</param>
    /// <returns>The exit code.</returns>
    public static int Run(Pm2Context it, AppConf conf, Dictionary<string, string> env, IReadOnlyList<Pm2Process> list, Func<Declaration, string>? done, Func<Declaration, string>? before = null)
    {
        var declaration = Declaration.Of(it, conf, env, null, null, out var fault);
        if (declaration is null)
            return it.Fail(fault!);
        if (before is not null)
            it.Tell(before(declaration));
        // Several apps may have one name, and names may have letters that ours do not: ours is made to differ then, ADR 10.
        var taken = list.Select(p => p.App.Name).ToHashSet();
        var stem = declaration.Request.Name!;
        for (var attempt = 1; attempt <= Attempts; attempt++)
        {
            var name = attempt == 1 ? stem : $"{stem}-{attempt}";
            if (taken.Contains(name))
                continue;
            var request = declaration.Request with { Name = name };
            var answer = it.Daemon.Send("POST", "/v1/apps", JsonSerializer.SerializeToUtf8Bytes(request, ContractsJson.Default.StartRequest));
            if (answer.Status == Conflict && attempt < Attempts)
                continue;
            if (!answer.IsOk)
                return it.Fail(Pm2Daemon.ErrorOf(answer));
            Readiness.Await(it, declaration);
            if (done is not null)
                it.Tell(done(declaration));
            return Pm2Context.Ok;
        }

        return it.Fail($"no name is left for another '{stem}'");
    }
}
