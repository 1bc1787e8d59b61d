using System.IO.Compression;
using OpenTelemetry;
using Pharos.Exporters.Settings;

namespace Pharos.Exporters.Transport;

/// <summary>
/// Sends one signal to one destination and retries as the OTLP specification says, until the caller has had enough.
/// Never throws for what a server or a network does, never logs, makes no telemetry of its own.
/// </summary>
public sealed class OtlpClient : IDisposable
{
    private readonly OtlpSignalSettings _settings;
    private readonly TimeProvider _time;
    private readonly Func<double> _jitter;
    private readonly HttpMessageInvoker _http;
    private readonly Uri _grpcMethod;
    private readonly Lock _gate = new(); // guards _hurry and _lastError
    private CancellationTokenSource _hurry = new();
    private string? _lastError;

    /// <summary>A client of one destination.</summary>
    /// <param name="signal">What it sends.</param>
    /// <param name="settings">Where to.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="handler">In place of the own handler; disposed with the client.</param>
    /// <param name="jitter">0 to 1; null: random.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate file is broken.</exception>
    /// <exception cref="IOException">A certificate file cannot be read any more.</exception>
    public OtlpClient(OtlpSignal signal, OtlpSignalSettings settings, TimeProvider? time = null, HttpMessageHandler? handler = null, Func<double>? jitter = null)
    {
        _settings = settings;
        _time = time ?? TimeProvider.System;
        _jitter = jitter ?? Random.Shared.NextDouble;
        _http = new HttpMessageInvoker(handler ?? OtlpHandler.Create(settings));
        _grpcMethod = GrpcExchange.MethodOf(signal, settings.Endpoint);
    }

    /// <summary>Told when the destination goes away (the error type) and when it answers again (null). Once per change.</summary>
    public Action<string?>? StateChanged { get; set; }

    /// <summary>Told of each retry, with the error of the attempt before.</summary>
    public Action<string>? Retried { get; set; }

    /// <summary>Waits; <see cref="RetryNow"/> ends the wait.</summary>
    /// <exception cref="OperationCanceledException">The caller had enough.</exception>
    internal async Task PauseAsync(TimeSpan delay, CancellationToken cancel)
    {
        if (!await WaitAsync(delay, ordered: false, cancel))
            throw new OperationCanceledException(cancel);
    }

    /// <summary>Sends a request until it is taken or refused.</summary>
    /// <param name="request">An encoded Export*ServiceRequest; untouched until the task ends.</param>
    /// <param name="cancel">Ends the retries.</param>
    /// <returns>How it ended.</returns>
    public async Task<ExportResult> SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancel)
    {
        using var quiet = SuppressInstrumentationScope.Begin();
        var payload = _settings.Gzip ? Compress(request) : request;
        var lastError = "cancelled";
        for (var attempt = 1; !cancel.IsCancellationRequested; attempt++)
        {
            if (await TryOnceAsync(payload, cancel) is not { } answer)
                return new ExportResult(ExportOutcome.GivenUp, 0, lastError, attempt);
            Tell(answer.Verdict == Verdict.Retry ? answer.ErrorType : null);
            switch (answer.Verdict)
            {
                case Verdict.Taken:
                    return new ExportResult(ExportOutcome.Delivered, answer.Rejected, null, attempt);
                case Verdict.Refused:
                    return new ExportResult(ExportOutcome.Refused, 0, answer.ErrorType, attempt);
                case Verdict.TooLarge:
                    return new ExportResult(ExportOutcome.TooLarge, 0, answer.ErrorType, attempt);
                case Verdict.Retry:
                    lastError = answer.ErrorType ?? lastError;
                    if (!await WaitAsync(RetryBackoff.Delay(attempt - 1, _jitter(), answer.RetryAfter), answer.RetryAfter is not null, cancel))
                        return new ExportResult(ExportOutcome.GivenUp, 0, lastError, attempt);
                    Retried?.Invoke(lastError);
                    break;
            }
        }

        return new ExportResult(ExportOutcome.GivenUp, 0, lastError, 0);
    }

    /// <summary>Ends the present wait before a retry, if it is one of our own: for the last try before a shutdown.</summary>
    public void RetryNow()
    {
        CancellationTokenSource hurry;
        lock (_gate)
            (hurry, _hurry) = (_hurry, new CancellationTokenSource());
        hurry.Cancel();
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <returns>Null when the caller cancelled.</returns>
    private async Task<Answer?> TryOnceAsync(ReadOnlyMemory<byte> payload, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(_settings.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            return _settings.Transport == OtlpTransport.Grpc
                ? await GrpcExchange.SendAsync(_http, _grpcMethod, _settings, payload, either.Token)
                : await HttpExchange.SendAsync(_http, _settings, payload, _time, either.Token);
        }
        catch (OperationCanceledException)
        {
            return cancel.IsCancellationRequested ? null : new Answer(Verdict.Retry, 0, "timeout");
        }
        catch (HttpRequestException e)
        {
            return new Answer(Verdict.Retry, 0, ErrorType(e));
        }
        catch (IOException)
        {
            return new Answer(Verdict.Retry, 0, "connection_error");
        }
    }

    private static string ErrorType(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "name_resolution_error",
        HttpRequestError.SecureConnectionError => "secure_connection_error",
        _ => "connection_error",
    };

    /// <returns>False when the caller cancelled.</returns>
    private async Task<bool> WaitAsync(TimeSpan delay, bool ordered, CancellationToken cancel)
    {
        CancellationToken hurry;
        lock (_gate)
            hurry = ordered ? CancellationToken.None : _hurry.Token;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(hurry, cancel);
        try
        {
            await Task.Delay(delay, _time, either.Token);
        }
        catch (OperationCanceledException)
        {
            // Told apart below: the caller's end of patience, or a nudge to try at once.
        }

        return !cancel.IsCancellationRequested;
    }

    private void Tell(string? error)
    {
        lock (_gate)
        {
            if (_lastError is null == error is null)
                return;
            _lastError = error;
        }

        StateChanged?.Invoke(error);
    }

    private static ReadOnlyMemory<byte> Compress(ReadOnlyMemory<byte> request)
    {
        using var target = new MemoryStream(Math.Max(256, request.Length / 4));
        using (var gzip = new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(request.Span);
        return target.GetBuffer().AsMemory(0, (int)target.Length);
    }
}
