using Pharos.Dashboards.Board;

namespace Pharos.Dashboards.Boards;

/// <summary>All dashboards, built anew at each call of a board's own method and once here.</summary>
public static class AllBoards
{
    public static IReadOnlyList<Dashboard> All { get; } =
    [
        FleetBoard.Build(), AppBoard.Build(), InstanceBoard.Build(), LogsBoard.Build(), TracesBoard.Build(), StormBoard.Build(), SupervisorBoard.Build(),
    ];
}
