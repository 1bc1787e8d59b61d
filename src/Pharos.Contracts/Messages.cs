using System.Text.Json;

namespace Pharos.Contracts;

/// <summary>A value that an instance said over its channel: a line of <c>GET /v1/messages</c>.</summary>
public sealed record MessageView
{
    /// <summary>App name.</summary>
    public required string App { get; init; }

    /// <summary>Slot.</summary>
    public required int Index { get; init; }

    /// <summary>Which of its processes.</summary>
    public required int Incarnation { get; init; }

    /// <summary>When the daemon heard it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The value as the app sent it.</summary>
    public required JsonElement Message { get; init; }
}

/// <summary>What became of a value that was sent to instances.</summary>
/// <param name="Sent">How many it was sent to.</param>
/// <param name="Unreachable">Those without an open channel, as <c>app:index</c>.</param>
public sealed record SentView(int Sent, IReadOnlyList<string> Unreachable);

/// <summary>Something that an app can be asked to do.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">As the app says; empty: nothing.</param>
/// <param name="Arity">How many arguments its function takes.</param>
/// <param name="Options">What else the app says of it; null: nothing.</param>
public sealed record AppActionView(string Name, string Kind, int Arity, JsonElement? Options);

/// <summary>Asks instances to do something: body of <c>POST /v1/instances/{selector}/action</c>.</summary>
public sealed record ActionRequest
{
    /// <summary>Name of what is to be done, as the app gives it.</summary>
    public required string Action { get; init; }

    /// <summary>What goes with it; null: nothing.</summary>
    public JsonElement? Parameter { get; init; }

    /// <summary>How long to wait for the answers, duration; null: 10 s.</summary>
    public string? Timeout { get; init; }
}

/// <summary>What came of an action.</summary>
public sealed record ActionView
{
    /// <summary>App name.</summary>
    public required string App { get; init; }

    /// <summary>Slot.</summary>
    public required int Index { get; init; }

    /// <summary>What the app answered; null when there is an error.</summary>
    public JsonElement? Answer { get; init; }

    /// <summary>Why there is no answer; null when there is one.</summary>
    public string? Error { get; init; }
}
