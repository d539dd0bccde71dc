namespace Tornadose.SignalR.Client;

/// <summary>One connection, from its first request to its end, with its deadline: first for connecting, then for silence.</summary>
internal sealed class Attempt : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _deadline;
    private readonly CancellationTokenSource _over;
    private readonly TimeSpan _connectTimeout;
    private WireConnection? _connection;
    private long _openedAt;
    private bool _isWaiting;

    public Attempt(TornadoseClientOptions options, TimeProvider time, CancellationToken stop)
    {
        (_time, _connectTimeout, ServerTimeout) = (time, options.ConnectTimeout, options.ServerTimeout);
        _deadline = new CancellationTokenSource(_connectTimeout, time);
        _over = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, stop);
    }

    /// <summary>Cancelled when the deadline passes or the subscription stops.</summary>
    public CancellationToken Token => _over.Token;

    /// <summary>The silence after which the connection counts as dead; a wire that detects this itself sets it to infinite.</summary>
    public TimeSpan ServerTimeout { get; set; }

    /// <summary>The server's reconnection time; null if it sent none.</summary>
    public TimeSpan? Retry { get; set; }

    public bool IsOpen => _connection is not null;

    /// <summary>Whether the client ended the connection itself and reconnects without waiting.</summary>
    public bool ResumesAtOnce => _connection?.ResumesAtOnce == true;

    /// <summary>How long the connection has been open.</summary>
    public TimeSpan Age => IsOpen ? _time.GetElapsedTime(_openedAt) : TimeSpan.Zero;

    public void Open(WireConnection connection)
    {
        _connection = connection;
        _openedAt = _time.GetTimestamp();
        _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// The next message. The deadline runs only while a read waits for the network, not while the application handles a message:
    /// nothing is read then.
    /// </summary>
    /// <returns>Null when the server has ended the connection.</returns>
    public ValueTask<ReceivedMessage?> ReadAsync()
    {
        var reading = _connection!.ReadAsync();
        return reading.IsCompletedSuccessfully ? reading : WaitAsync(reading);
    }

    /// <summary>Restarts the deadline of a read: the server sent something, if only a heartbeat.</summary>
    public void Heard()
    {
        if (_isWaiting)
            _deadline.CancelAfter(ServerTimeout);
    }

    /// <summary>For an answer that is not a stream: each part of it may take <see cref="ServerTimeout"/>.</summary>
    public void Answered() => _deadline.CancelAfter(ServerTimeout);

    /// <summary>The failure; a <see cref="TimeoutException"/> if the deadline caused it.</summary>
    public Exception Explain(Exception failure)
    {
        if (!_deadline.IsCancellationRequested)
            return failure;
        return IsOpen
            ? new TimeoutException($"Nothing was received for {ServerTimeout}: the connection counts as dead.", failure)
            : new TimeoutException($"No connection within {_connectTimeout}.", failure);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        if (_connection is not null)
            await _connection.DisposeAsync().ConfigureAwait(false);
        _over.Dispose();
        _deadline.Dispose();
    }

    private async ValueTask<ReceivedMessage?> WaitAsync(ValueTask<ReceivedMessage?> reading)
    {
        _isWaiting = true;
        _deadline.CancelAfter(ServerTimeout);
        try
        {
            return await reading.ConfigureAwait(false);
        }
        finally
        {
            _isWaiting = false;
            _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }
}
