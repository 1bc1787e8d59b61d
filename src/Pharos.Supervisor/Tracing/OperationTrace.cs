using System.Diagnostics;
using Pharos.Core.Identity;
using Pharos.Telemetry;
using Pharos.Telemetry.Catalogue;

namespace Pharos.Supervisor.Tracing;

/// <summary>The span of the operation that an instance is in, and the child that it is at.</summary>
/// <remarks>With no destination nobody listens to the source, every span is null, and all of this costs a branch.</remarks>
internal sealed class OperationTrace(InstanceKey key, string appNamespace, Guid instanceId)
{
    private readonly object _lock = new(); // guards all fields: the actor begins and ends operations, its launcher marks the steps
    private Activity? _operation;
    private Activity? _child;
    private ActivityContext _last;
    private int _token;

    /// <summary>The name of the operation under way; null: none.</summary>
    public string? Current { get; private set; }

    /// <summary>Context for TRACEPARENT and for log records: the innermost span under way.</summary>
    public ActivityContext Context
    {
        get
        {
            lock (_lock)
                return _child?.Context ?? _operation?.Context ?? default;
        }
    }

    /// <summary>Tells this operation from later ones.</summary>
    public int Token => _token;

    /// <summary>Begins an operation; one that is still open ends as superseded.</summary>
    /// <param name="name">Span name.</param>
    /// <param name="parent">The command's context; default: a root, linked to the operation before.</param>
    /// <param name="tags">Further attributes.</param>
    public void Begin(string name, ActivityContext parent, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Begin(name, parent, parent == default ? [_last] : [], default, tags);

    /// <summary>Begins an operation that is a trace of its own, linked to the operation before.</summary>
    /// <param name="name">Span name.</param>
    /// <param name="command">The command's context, linked as well; default: none.</param>
    /// <param name="since">When it began; default: now.</param>
    /// <param name="tags">Further attributes.</param>
    public void BeginRoot(string name, ActivityContext command, DateTimeOffset since, params ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        Begin(name, default, [_last, command], since, tags);

    private void Begin(string name, ActivityContext parent, ReadOnlySpan<ActivityContext> linked, DateTimeOffset since, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        End("superseded");
        _token++;
        Current = name;
        ActivityTagsCollection all = new()
        {
            { AttributeNames.AppName, key.App },
            { AttributeNames.InstanceIndex, key.Index },
            { "pharos.app.namespace", appNamespace },
            { "pharos.instance.id", instanceId.ToString() },
        };
        foreach (var tag in tags)
            all[tag.Key] = tag.Value;
        List<ActivityLink> links = [];
        foreach (var other in linked)
        {
            if (other != default)
                links.Add(new ActivityLink(other));
        }

        lock (_lock)
        {
            Activity.Current = null; // otherwise whatever this thread was at becomes the parent of a root
            _operation = PharosActivity.Source.StartActivity(name, ActivityKind.Internal, parent, all, links, since);
            Activity.Current = null;
            if (_operation is not null)
                _last = _operation.Context;
        }
    }

    /// <summary>Begins a step; the step before it ends well.</summary>
    /// <param name="name">Span name.</param>
    /// <param name="token">The operation that it belongs to; ignored when another one began meanwhile. 0: the current one.</param>
    public void Step(string name, int token = 0)
    {
        lock (_lock)
        {
            if (_operation is null || (token != 0 && token != _token))
                return;
            Finish(_child, null, null);
            _child = PharosActivity.Source.StartActivity(name, ActivityKind.Internal, _operation.Context);
            Activity.Current = null;
        }
    }

    /// <summary>Ends the step that is under way, if any; the operation goes on.</summary>
    /// <param name="token">The operation that it belongs to; ignored when another one began meanwhile. 0: the current one.</param>
    public void EndStep(int token = 0)
    {
        lock (_lock)
        {
            if (token != 0 && token != _token)
                return;
            Finish(_child, null, null);
            _child = null;
        }
    }

    /// <summary>An attribute on the operation.</summary>
    public void Tag(string name, object? value) => _operation?.SetTag(name, value);

    /// <summary>Ends the operation and its step.</summary>
    /// <param name="error">error.type; null: it went well.</param>
    /// <param name="message">One line.</param>
    public void End(string? error = null, string? message = null)
    {
        lock (_lock)
        {
            Finish(_child, error, message);
            Finish(_operation, error, message);
            _child = null;
            _operation = null;
            Current = null;
        }
    }

    private static void Finish(Activity? activity, string? error, string? message)
    {
        if (activity is null)
            return;
        if (error is not null)
        {
            activity.SetTag(AttributeNames.ErrorType, error);
            activity.SetStatus(ActivityStatusCode.Error, message ?? error);
        }

        activity.Dispose();
    }
}
