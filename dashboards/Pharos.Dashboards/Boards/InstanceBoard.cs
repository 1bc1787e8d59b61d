using Pharos.Dashboards.Board;
using Pharos.Dashboards.Vocabulary;
using Pharos.Telemetry.Catalogue;
using static Pharos.Dashboards.Board.Query;
using static Pharos.Dashboards.Boards.Common;
using static Pharos.Dashboards.Vocabulary.Selectors;
using static Pharos.Telemetry.Catalogue.InstanceMetrics;
using L = Pharos.Dashboards.Vocabulary.Labels;

namespace Pharos.Dashboards.Boards;

/// <summary>One slot of an app, over all its incarnations.</summary>
internal static class InstanceBoard
{
    private static readonly Scope It = Scope.Slots;

    public static Dashboard Build()
    {
        var name = Uids.Instance;
        var board = new Dashboard(name.Uid, name.File, "Pharos / Instance", name.Tooltip) { Variables = Variables(Slots.One), Annotations = Annotations(It) };
        Numbers(board);
        board.Add(24, 4, Panels.Timeline("State", "What the instance was doing. A click opens traces and logs of this time.", Line(States.Worst(It, L.Namespace, L.App, L.Index), BySlot), States.Words, SlotsTraceAndLog));
        board.Row("What happened");
        board.Add(24, 8, Events("Events", "Starts, ends and restarts of this slot, newest first, with exit code or signal and the last lines that were printed.",
            $" | {L.Index}=~\"$index\""));
        board.Add(12, 8, Panels.Traces("Operations", "Starts, stops, restarts and reloads of this slot. The id opens the trace.",
            new Trace { Text = Spans.OfSlot() + Spans.Select("status", AttributeNames.RestartReason, AttributeNames.ErrorType), BySpan = true, SpansPerTrace = 1 }, TracesBoard.OpenTrace));
        board.Add(12, 8, Panels.Logs("Output", "What the instance printed, newest first.",
            new Log { Text = $"{{{Scope.LoggedApps.Text}}} | {L.Index}=~\"$index\"", Lines = 300 }));
        Resources(board);
        Lifecycle(board);
        return board;
    }

    private static void Numbers(Dashboard board)
    {
        Field plain = new(Unit.Whole) { ColourMode = "thresholds", Steps = [new(null, Colour.Calm)], NoValue = "–" };
        board.Add(3, 4, Panels.Stat("State", "What the instance is doing now.",
            new Field(Unit.Whole) { Words = States.Words, ColourMode = "thresholds", NoValue = "Unknown", Steps = [new(null, Colour.Idle)] }, Now($"max({States.Worst(It, L.Job)})")));
        board.Add(3, 4, Panels.Stat("Up for", "Since when its process runs.", plain with { Unit = Unit.Seconds, Decimals = 1, Steps = [new(null, Colour.Bad), new(60, Colour.Doubtful), new(600, Colour.Good)] },
            Now($"min({Uptime.In(It)})")));
        board.Add(3, 4, Panels.Stat("Crash restarts", "Restarts in the time range that nobody asked for.", Field.Alarm(Colour.Bad, worse: 10) with { Decimals = 0 },
            Now($"sum({Increase(Restarts.In(It, L.RestartReason, "=~", Reasons.Crash), "$__range")})")));
        board.Add(3, 4, Panels.Stat("Next start in", "The delay before the next start; it grows with each crash.", Field.Alarm(Colour.Bad, Unit.Seconds, from: 0.001) with { Decimals = 1 },
            Line($"max({BackoffDelay.In(It)})", "delay")));
        board.Add(3, 4, Panels.Stat("Memory", "Resident memory with all descendants.", plain with { Unit = Unit.Bytes }, Line($"sum({TreeMemory.In(It)})", "memory")));
        board.Add(3, 4, Panels.Stat("Memory of limit", "At its limit it is restarted.", new Field(Unit.Share) { Steps = LimitSteps, ColourMode = "thresholds", NoValue = "no limit", Decimals = 0 },
            Line($"max({OfLimit(It, L.Job)})", "of limit")));
        board.Add(3, 4, Panels.Stat("CPU", "1 core is one CPU fully used.", plain with { Unit = Unit.Cores, Decimals = 2 }, Line($"sum({Rate(CpuTime.In(It))})", "CPU")));
        board.Add(3, 4, Panels.Stat("Open files", "File descriptors that the process holds.", plain, Line($"sum({FileDescriptors.In(It)})", "files")));
    }

    private static void Resources(Dashboard board)
    {
        board.Row("What it uses");
        board.Add(8, 8, Panels.Graph("CPU by mode", "In its own code (user) and in the kernel on its behalf (system). Much system time: many small reads and writes, or page faults.", Unit.Cores,
            [Line($"sum by ({L.CpuMode}) ({Rate(CpuTime.In(It))})", $"{{{{{L.CpuMode}}}}}")], Draw.Stacked, links: SlotsTraceAndLog, decimals: 2));
        board.Add(8, 8, Panels.Graph("Memory and its limit", "Resident memory of the process alone and with its descendants. At the dashed line it is restarted.", Unit.Bytes,
            [Line($"sum({MemoryUsage.In(It)})", "process"), Line($"sum({TreeMemory.In(It)})", "with descendants"), Line($"min({MemoryLimit.In(It)})", "limit")],
            overrides: [Override.Of("limit").Limit()], links: SlotsTraceAndLog));
        board.Add(8, 8, Panels.Graph("Virtual memory", "Address space; large by itself means nothing, growth without end does.", Unit.Bytes, [Line($"sum({MemoryVirtual.In(It)})", "virtual")]));
        board.Add(8, 7, Panels.Graph("Threads and processes", "Threads of the process; processes in its tree.", Unit.Count,
            [Line($"sum({ThreadCount.In(It)})", "threads"), Line($"sum({TreeProcesses.In(It)})", "processes")]));
        board.Add(8, 7, Panels.Graph("Open files", "File descriptors. A climb that never turns is a leak, and ends at the dashed line.", Unit.Count,
            [Line($"sum({FileDescriptors.In(It)})", "files"), Line($"min({FileDescriptorLimit.In(It)})", "limit")], overrides: [Override.Of("limit").Limit()]));
        board.Add(8, 7, Panels.Graph("Disk", "Bytes read from and written to storage; writes below the axis.", Unit.BytesPerSecond,
            [Line($"sum by ({L.Direction}) ({Rate(DiskIo.In(It))})", $"{{{{{L.Direction}}}}}")], overrides: [Override.Of("write").Mirrored()]));
        board.Add(12, 7, Panels.Graph("Context switches", "Involuntary ones: it wanted to go on and had to give up its CPU, the machine is busy.", Unit.PerSecond,
            [Line($"sum by ({L.SwitchType}) ({Rate(ContextSwitches.In(It))})", $"{{{{{L.SwitchType}}}}}")]));
        board.Add(12, 7, Panels.Graph("Page faults", "Major ones were read from storage: memory is short, or it has just started.", Unit.PerSecond,
            [Line($"sum by ({L.FaultType}) ({Rate(PagingFaults.In(It))})", $"{{{{{L.FaultType}}}}}")]));
    }

    private static void Lifecycle(Dashboard board)
    {
        board.Row("Life and health");
        board.Add(8, 8, Panels.Graph("Uptime", "A saw-tooth: each drop is a new process.", Unit.Seconds, [Line($"max by ({SlotLabels}) ({Uptime.In(It)})", BySlot)], links: SlotsTraceAndLog));
        board.Add(8, 8, Panels.Graph("Delay before the next start", "Doubles with each crash until its cap; 0 when nothing waits.", Unit.Seconds,
            [Line($"max by ({SlotLabels}) ({BackoffDelay.In(It)})", BySlot)], overrides: [Override.Matching(".*").Colour(Colour.Bad)], links: SlotsTraceAndLog));
        board.Add(8, 8, Panels.Graph("Probes", "Time until the answer of a probe (95 of 100), and on the right axis how many a second were no good.", Unit.Seconds,
            [
                Line(ProbeDuration.Quantile(0.95, It, L.ProbeType), $"{{{{{L.ProbeType}}}}} p95"),
                Line($"sum by ({L.ProbeType}) ({Rate(ProbeDuration.Count(It.With(L.Outcome, "!=", "success")))})", $"{{{{{L.ProbeType}}}}} failed"),
            ],
            overrides: [Override.Matching(".* failed").RightAxis(Unit.PerSecond).Colour(Colour.Broken)], links: SlotsTraceAndLog));
        board.Add(8, 8, Panels.Graph("Ends", "Ends of its processes in each step, by reason.", Unit.Whole,
            [Line($"sum by ({L.ExitReason}) ({Increase(Exits.In(It))}) > 0", $"{{{{{L.ExitReason}}}}}")], Draw.Bars, Reasons.ExitColours, SlotsTraceAndLog, decimals: 0));
        board.Add(8, 8, Panels.Graph("Lines by severity", "Lines a second that it printed.", Unit.PerSecond,
            [Line($"sum by ({L.Severity}) ({Rate(LogRecords.In(It))}) > 0", $"{{{{{L.Severity}}}}}")], Draw.Stacked, Reasons.LevelColours, SlotsTraceAndLog));
        board.Add(8, 8, Panels.Graph("Bytes by stream", "Bytes a second on standard output and standard error.", Unit.BytesPerSecond,
            [Line($"sum by ({L.Stream}) ({Rate(LogBytes.In(It))})", $"{{{{{L.Stream}}}}}")], Draw.Stacked, links: SlotsTraceAndLog));
    }
}
