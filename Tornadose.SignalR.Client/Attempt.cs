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

    /// <summary>Cancelled when the deadline is over, and when nobody wants the connection any more.</summary>
    public CancellationToken Token => _over.Token;

    /// <summary>The silence after which the connection is taken for dead; a wire that finds out by itself sets it to infinite.</summary>
    public TimeSpan ServerTimeout { get; set; }

    /// <summary>The server's reconnection time; null where it has said none.</summary>
    public TimeSpan? Retry { get; set; }

    public bool IsOpen => _connection is not null;

    /// <summary>Whether the connection has ended from here, and is to be made anew at once.</summary>
    public bool ResumesAtOnce => _connection?.ResumesAtOnce == true;

    /// <summary>For how long it was open.</summary>
    public TimeSpan Age => IsOpen ? _time.GetElapsedTime(_openedAt) : TimeSpan.Zero;

    public void Open(WireConnection connection)
    {
        _connection = connection;
        _openedAt = _time.GetTimestamp();
        _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// The next message. The deadline runs while the line is waited for, and not while the application is busy with a message: nothing
    /// is read then.
    /// </summary>
    /// <returns>Null when the server has ended the connection.</returns>
    public ValueTask<ReceivedMessage?> ReadAsync()
    {
        var reading = _connection!.ReadAsync();
        return reading.IsCompletedSuccessfully ? reading : WaitAsync(reading);
    }

    /// <summary>The server was heard, if only by a sign of life.</summary>
    public void Heard()
    {
        if (_isWaiting)
            _deadline.CancelAfter(ServerTimeout);
    }

    /// <summary>A part of an answer has come that is not a stream: the next one has as long as a sign of life.</summary>
    public void Answered() => _deadline.CancelAfter(ServerTimeout);

    /// <summary>What has gone wrong, in words of the deadline where that was the cause.</summary>
    public Exception Explain(Exception failure)
    {
        if (!_deadline.IsCancellationRequested)
            return failure;
        return IsOpen
            ? new TimeoutException($"Nothing came for {ServerTimeout}: the connection is taken for dead.", failure)
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
