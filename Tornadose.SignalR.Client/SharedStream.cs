using System.Threading.Channels;

namespace Tornadose.SignalR.Client;

/// <summary>
/// One connection for all readers of a client. When a reader joins or leaves, the connection is replaced by one with the stores that are
/// read then, each resumed after the last message that its reader received: nothing is lost or duplicated.
/// </summary>
/// <param name="follow">Begins a subscription, which reports its states.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedStream(Func<StoreList, StartAt, Action<Follower>, CancellationToken, Follower> follow, TimeProvider time)
{
    /// <summary>The delay before a connection: the views of a page join and leave together, and then need only one.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    /// <summary>How often another reader of the same store tries to join: a paused view leaves a moment after it was told to.</summary>
    private const int MostTries = 10;

    /// <summary>How many messages wait for a slow reader before the connection waits for it.</summary>
    private const int MostWaiting = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);
    private CancellationTokenSource _changed = new();
    private bool _isRunning;

    /// <summary>Adds a reader to the connection.</summary>
    /// <returns>
    /// Null if another reader that is not about to leave reads the same store, if the connection is full, or if
    /// <paramref name="after"/> is not an id: the reader then needs its own connection.
    /// </returns>
    public async ValueTask<Share?> JoinAsync(
        string store, string after, Action<StoreSubscriptionState> stateChanged, CancellationToken cancellationToken)
    {
        var share = new Share(after, stateChanged);
        for (var tries = 1; MessagePosition.TryParse(after, out _) && tries <= MostTries; tries++)
        {
            if (TryAdd(store, share, out var isFirst))
            {
                Change();
                if (isFirst)
                    _ = RunAsync();
                return share;
            }

            await Task.Delay(Gathering, time, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Removes a reader from the connection.</summary>
    public void Leave(string store, Share share)
    {
        lock (_gate)
        {
            if (_shares.GetValueOrDefault(store) != share)
                return;
            _shares.Remove(store);
        }

        Change();
    }

    private bool TryAdd(string store, Share share, out bool isFirst)
    {
        lock (_gate)
        {
            isFirst = !_isRunning;
            return _shares.Count < StoreList.Most && _shares.TryAdd(store, share) && (_isRunning = true);
        }
    }

    /// <summary>Ends the connection; the next one is made with the current readers.</summary>
    private void Change()
    {
        CancellationTokenSource before;
        lock (_gate)
            (before, _changed) = (_changed, new CancellationTokenSource());
        before.Cancel();
        before.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await Task.Delay(Gathering, time).ConfigureAwait(false);
            KeyValuePair<string, Share>[] shares;
            CancellationToken changed;
            lock (_gate)
            {
                (shares, changed) = ([.. _shares], _changed.Token);
                if (shares.Length == 0)
                {
                    _isRunning = false;
                    return;
                }
            }

            var isDismissed = false;
            try
            {
                isDismissed = await ReadAsync(shares, changed).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (changed.IsCancellationRequested)
            {
                continue;
            }
            catch (Exception)
            {
                // One of the stores cannot be read. Each reader finds out on its own connection whether it is its store.
            }

            foreach (var (store, share) in shares)
                End(store, share, isDismissed);
        }
    }

    private void End(string store, Share share, bool isDismissed)
    {
        Leave(store, share);
        share.End(isDismissed);
    }

    /// <returns>Whether an operator of the server has ended this client for good.</returns>
    private async Task<bool> ReadAsync(KeyValuePair<string, Share>[] shares, CancellationToken changed)
    {
        var stores = StoreList.Of([.. shares.Select(static share => share.Key)]);
        var start = StartAt.AfterId(string.Join('-', shares.Select(static share => share.Value.After)));
        var cursor = new FollowCursor(stores, start);
        var follower = follow(stores, start, ShowState, changed);
        await using (follower.ConfigureAwait(false))
        {
            follower.StoreEnded = ended => End(ended, shares[stores.IndexOf(ended)].Value, isDismissed: false);
            while (await follower.NextAsync().ConfigureAwait(false) is { } message)
            {
                var index = stores.IndexOf(message.Store);
                if (message.Id is not null)
                    cursor.Move(message.Id);
                await shares[index].Value.TakeAsync(message, message.Id is null ? null : cursor.Of(index), changed).ConfigureAwait(false);
            }

            return follower.State == StoreSubscriptionState.Ended;
        }

        // A connection that is being replaced is not lost.
        void ShowState(Follower now)
        {
            if (!changed.IsCancellationRequested)
                foreach (var share in shares)
                    share.Value.Show(now.State);
        }
    }

    /// <summary>A reader's part of the connection.</summary>
    /// <param name="after">The id of the last message that the reader has.</param>
    /// <param name="stateChanged">Called with each state of the connection.</param>
    internal sealed class Share(string after, Action<StoreSubscriptionState> stateChanged)
    {
        private readonly Channel<(ReceivedMessage Message, string? Id)> _messages =
            Channel.CreateBounded<(ReceivedMessage, string?)>(MostWaiting);

        private volatile string _after = after;
        private StoreSubscriptionState _shown;

        /// <summary>The id of the last message that was taken from the connection.</summary>
        public string After => _after;

        /// <summary>Whether an operator of the server has ended this client for good. Valid once there are no more messages.</summary>
        public bool IsDismissed { get; private set; }

        /// <summary>The messages, each with the id that it has in its own store.</summary>
        public IAsyncEnumerable<(ReceivedMessage Message, string? Id)> ReadAllAsync(CancellationToken cancellationToken) =>
            _messages.Reader.ReadAllAsync(cancellationToken);

        public async ValueTask TakeAsync(ReceivedMessage message, string? id, CancellationToken cancellationToken)
        {
            await _messages.Writer.WriteAsync((message, id), cancellationToken).ConfigureAwait(false);
            _after = id ?? _after;
        }

        /// <summary>Does not report a reconnect that is due to another reader joining or leaving: the connection was not lost.</summary>
        public void Show(StoreSubscriptionState state)
        {
            if (state == StoreSubscriptionState.Connecting && _shown == StoreSubscriptionState.Live)
                return;
            _shown = state;
            stateChanged(state);
        }

        /// <summary>
        /// Nothing more comes from this connection. A reader that was not dismissed continues on its own, and learns the reason there.
        /// </summary>
        public void End(bool isDismissed)
        {
            IsDismissed = isDismissed;
            _messages.Writer.TryComplete();
        }
    }
}
