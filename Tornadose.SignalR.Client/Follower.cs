using System.Net;
using Microsoft.Extensions.Logging;

namespace Tornadose.SignalR.Client;

/// <summary>
/// A subscription is a cursor and a loop around it, which the calls of <see cref="NextAsync"/> drive:
/// (1) connect with the cursor;
/// (2) hand on each message and move the cursor with it, until the connection ends, for whatever reason;
/// (3) wait, longer after each failure, and repeat from (1), until the end is final.
/// A connection has no other state, so nothing can be lost with it.
/// </summary>
internal sealed class Follower : IAsyncDisposable
{
    private const int MostTriesForSeen = 3;

    private readonly StoreRequests _requests;
    private readonly StoreList _stores;
    private readonly FollowCursor _cursor;
    private readonly LongPollingWire _polling;
    private readonly SnapshotReader _snapshots;
    private readonly Wire _wire;
    private readonly BackOff _backOff;
    private readonly ClientMetrics _metrics;
    private readonly ILogger _logger;
    private readonly CancellationToken _stop;
    private Queue<ReceivedMessage> _beginning = new();
    private Attempt? _attempt;
    private string? _handedOn;
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private bool _hasWorked;
    private bool _hasAskedForTokenAnew;

    public Follower(
        StoreRequests requests, StoreList stores, StartAt? start, ClientMetrics metrics, ILogger logger, CancellationToken stop)
    {
        (_requests, _stores, _metrics, _logger, _stop) = (requests, stores, metrics, logger, stop);
        _cursor = new FollowCursor(stores, start);
        _backOff = new BackOff(requests.Options);
        var messages = new MessageReader(stores, requests.Options.JsonSerializerOptions);
        _polling = new LongPollingWire(requests, messages);
        _snapshots = new SnapshotReader(requests, messages);
        _wire = requests.Options.Transport switch
        {
            StoreTransport.LongPolling => _polling,
            StoreTransport.WebSocket => new WebSocketWire(requests, messages),
            StoreTransport.SignalR => new SignalRWire(requests, messages),
            _ => new ServerSentEventsWire(requests, messages),
        };
        _metrics.Began(_wire.Name);
    }

    /// <summary>Called after each change of <see cref="State"/>.</summary>
    public Action? StateChanged { get; init; }

    /// <summary>Called when one of several stores ends while others continue.</summary>
    public Action<string>? StoreEnded { get; set; }

    public StoreSubscriptionState State { get; private set; }

    /// <summary>What to continue after: the id of the last message or reset that was handed on.</summary>
    public string? LastId => _handedOn ?? (_beginning.Count == 0 ? _cursor.Id : null);

    /// <summary>Why the last attempt failed; null while live.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>The next message, or reset.</summary>
    /// <returns>Null when the server has ended this client for good.</returns>
    /// <exception cref="StoreException">The server has refused this client in a way that another attempt would not change.</exception>
    /// <exception cref="OperationCanceledException">The subscription was stopped.</exception>
    public async ValueTask<ReceivedMessage?> NextAsync()
    {
        while (State is not (StoreSubscriptionState.Ended or StoreSubscriptionState.Completed))
        {
            if (_beginning.TryDequeue(out var first))
            {
                if (!TakesEnd(first))
                    return HandOn(first);
                continue;
            }

            Exception? failure = null;
            try
            {
                if (_attempt is null)
                {
                    await ConnectAsync().ConfigureAwait(false);
                    continue;
                }

                if (await _attempt.ReadAsync().ConfigureAwait(false) is { } message)
                {
                    if (message.Id is { } id)
                        _cursor.Move(id);
                    if (!TakesEnd(message))
                        return HandOn(message);
                    if (State is not StoreSubscriptionState.Completed)
                        continue;
                    failure = new CompletedException();
                }
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }

            await EndAttemptAsync(failure).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>
    /// Reads the window of a store, with the same attempts and the same waits between them, but without a connection that stays open.
    /// </summary>
    /// <param name="seen">
    /// An id that was already seen; null for none. A node that is behind it is asked again, up to three times: after a rollback no node
    /// ever reaches it.
    /// </param>
    /// <exception cref="StoreException">The server has refused this client in a way that another attempt would not change.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    public async Task<StoreSnapshot> GetSnapshotAsync(string? seen)
    {
        _hasWorked = seen is not null;
        for (var tries = 1; State != StoreSubscriptionState.Ended; tries++)
        {
            _attempt = new Attempt(_requests.Options, _requests.Time, _stop);
            Set(StoreSubscriptionState.Connecting);
            Exception failure;
            try
            {
                var snapshot = await _snapshots.ReadAsync(_attempt).ConfigureAwait(false);
                if (tries > MostTriesForSeen || !IsBehind(snapshot.Position, seen))
                    return snapshot;
                failure = new StoreConnectionException("The server that answered is behind the id that was seen.", innerException: null);
            }
            catch (Exception thrown)
            {
                failure = thrown;
            }

            await EndAttemptAsync(failure).ConfigureAwait(false);
        }

        throw new StoreConnectionException("The server has ended this client for good.", innerException: null) { IsFinal = true };
    }

    private static bool IsBehind(MessagePosition position, string? seen) =>
        MessagePosition.TryParse(seen, out var known) && position.Epoch == known.Epoch && position.Offset < known.Offset;

    /// <summary>Ends the subscription for good, by an error that another attempt would not change.</summary>
    public void Fail(Exception failure)
    {
        LastError = failure;
        _logger.Refused(failure, _stores.ToString());
        Set(StoreSubscriptionState.Failed);
    }

    public async ValueTask DisposeAsync()
    {
        if (_attempt is { } attempt)
            await attempt.DisposeAsync().ConfigureAwait(false);
        _attempt = null;
        if (State is not (StoreSubscriptionState.Failed or StoreSubscriptionState.Completed))
            Set(StoreSubscriptionState.Ended);
        _metrics.Ended(_wire.Name);
    }

    /// <summary>Records the end of a store, which is not a message. If there are several stores, the others continue.</summary>
    /// <returns>Whether the item was such an end.</returns>
    private bool TakesEnd(ReceivedMessage message)
    {
        if (!message.IsEnd)
            return false;
        _handedOn = message.Id ?? _handedOn;
        _ended.Add(message.Store);
        if (_ended.Count == _stores.Names.Count)
            Complete();
        else
            StoreEnded?.Invoke(message.Store);
        return true;
    }

    private void Complete()
    {
        _logger.Completed(_stores.ToString());
        LastError = null;
        Set(StoreSubscriptionState.Completed);
    }

    private ReceivedMessage HandOn(ReceivedMessage message)
    {
        _handedOn = message.Id ?? _handedOn;
        if (message.Reset is { } reset)
        {
            _ended.Remove(message.Store); // the store continues, from before its end
            _logger.MessagesMissing(message.Store, reset.Reason);
            _metrics.Reset(_wire.Name, reset.Reason);
        }
        else
        {
            _metrics.Received(_wire.Name);
        }

        return message;
    }

    /// <summary>(1)</summary>
    private async Task ConnectAsync()
    {
        _attempt = new Attempt(_requests.Options, _requests.Time, _stop);
        Set(StoreSubscriptionState.Connecting);
        if (_cursor.Id is null && !_wire.TellsPosition)
            await BeginAsync(_attempt.Token).ConfigureAwait(false);
        _attempt.Open(await _wire.OpenAsync(_cursor, _attempt).ConfigureAwait(false));
        if (_hasWorked && !_backOff.IsFirst)
            _logger.LiveAgain(_stores.ToString(), _wire.Name);
        (_hasWorked, _hasAskedForTokenAnew, LastError) = (true, false, null);
        _metrics.Connected(_wire.Name, error: null);
        Set(StoreSubscriptionState.Live);
    }

    /// <summary>
    /// Fixes the position before the first message arrives: if the connection is lost before then, nothing published meanwhile
    /// may be lost.
    /// </summary>
    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        var answer = await _polling.PollAsync(_cursor, TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
        if (answer.Id is not { } id)
            return; // the server is still loading its log: a reset will tell what became of the beginning
        _beginning = answer.Messages;
        _cursor.Move(id);
    }

    /// <summary>(3)</summary>
    private async Task EndAttemptAsync(Exception? failure)
    {
        var attempt = _attempt!;
        _attempt = null;
        failure = failure is null ? null : attempt.Explain(failure);
        await attempt.DisposeAsync().ConfigureAwait(false);
        _stop.ThrowIfCancellationRequested();
        if (attempt.ResumesAtOnce || IsWorthAnotherToken(failure))
            return;
        if (failure is CompletedException || (failure is DismissedException { IsNoContent: true }
            && _cursor.Id is not (null or FollowCursor.Dismissed)))
        {
            if (State is not StoreSubscriptionState.Completed && _beginning.Count == 0)
                Complete(); // there is nothing after the id, and there never will be
            return;
        }

        if (failure is DismissedException)
        {
            _logger.Dismissed(_stores.ToString());
            Set(StoreSubscriptionState.Ended);
            return;
        }

        if (!attempt.IsOpen)
            _metrics.Connected(_wire.Name, failure);
        LastError = failure;
        ThrowIfFinal(failure);
        await WaitAsync(attempt, failure).ConfigureAwait(false);
    }

    private async Task WaitAsync(Attempt attempt, Exception? failure)
    {
        if (attempt.Retry is { } retry)
            _backOff.Begin(retry);
        _backOff.Lived(attempt.Age);
        var isFirst = _backOff.IsFirst;
        var wait = _backOff.Next((failure as StoreConnectionException)?.RetryAfter);
        if (isFirst)
            _logger.Lost(failure, _stores.ToString(), _wire.Name, wait);
        else
            _logger.LostAgain(failure, _stores.ToString(), _wire.Name, wait);
        Set(StoreSubscriptionState.Waiting);
        await Task.Delay(wait, _requests.Time, _stop).ConfigureAwait(false);
    }

    /// <summary>
    /// The token may have expired between two attempts: a 401 counts only after the provider was asked for another token.
    /// </summary>
    private bool IsWorthAnotherToken(Exception? failure)
    {
        if (failure is not StoreConnectionException { StatusCode: HttpStatusCode.Unauthorized }
            || _requests.Options.AccessTokenProvider is null)
            return false;
        var isFirst = !_hasAskedForTokenAnew;
        _hasAskedForTokenAnew = true;
        return isFirst;
    }

    private void ThrowIfFinal(Exception? failure)
    {
        // A store that existed before may be missing while its server is being replaced.
        var isMissingForNow = failure is StoreConnectionException { StatusCode: HttpStatusCode.NotFound } && _hasWorked;
        if (isMissingForNow || failure is not (StoreConnectionException { IsFinal: true } or ObjectDisposedException))
            return;
        failure = failure is StoreConnectionException refusal ? Refusals.ForApplication(refusal, _stores.ToString()) : failure;
        Fail(failure);
        throw failure;
    }

    private void Set(StoreSubscriptionState state)
    {
        if (State == state)
            return;
        State = state;
        StateChanged?.Invoke();
    }
}
