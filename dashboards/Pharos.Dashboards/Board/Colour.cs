namespace Pharos.Dashboards.Board;

/// <summary>The few colours, each with one meaning on all dashboards.</summary>
public static class Colour
{
    public const string Good = "green";
    public const string Changing = "blue";
    public const string Leaving = "purple";
    public const string Doubtful = "yellow";
    public const string Bad = "orange";
    public const string Broken = "red";
    public const string Idle = "#808891";
    public const string Plain = "#6ea3ff";
    public const string Calm = "#5794f2";
}
