using System.Threading.Channels;

namespace Tornadose.SignalR.Client;

/// <summary>
/// One connection for all readers of a client. When a reader comes or goes it is made anew with the stores that are read then, each after
/// the last message that its reader got: nothing is missing and nothing comes twice.
/// </summary>
/// <param name="follow">Begins a subscription, which tells of its states.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedStream(Func<StoreList, StartAt, Action<Follower>, CancellationToken, Follower> follow, TimeProvider time)
{
    /// <summary>The views of a page come and go together, and make one connection.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(20);

    /// <summary>A paused view leaves a moment after it was told to: whoever reads the same store then tries so often.</summary>
    private const int MostTries = 10;

    /// <summary>How many messages wait for a slow reader before the connection waits for it.</summary>
    private const int MostWaiting = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Share> _shares = new(StringComparer.Ordinal);
    private CancellationTokenSource _changed = new();
    private bool _isRunning;

    /// <summary>Takes part in the connection.</summary>
    /// <returns>
    /// Null when the store is being read already, by a reader that is not about to leave: a second one needs a connection of its own.
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

    /// <summary>Takes part no more.</summary>
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

    /// <summary>Ends the connection, to be made anew with those who read now.</summary>
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
                // One of the stores cannot be read. Which one, each reader finds out by itself.
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

        // A connection that is ended here, to be made anew, is not lost.
        void ShowState(Follower now)
        {
            if (!changed.IsCancellationRequested)
                foreach (var share in shares)
                    share.Value.Show(now.State);
        }
    }

    /// <summary>A reader's part of the connection.</summary>
    /// <param name="after">The id of the last message that the reader has.</param>
    /// <param name="stateChanged">Told of each state of the connection.</param>
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

        /// <summary>A connection that is made anew because another reader comes or goes was not lost, and is not said to be.</summary>
        public void Show(StoreSubscriptionState state)
        {
            if (state == StoreSubscriptionState.Connecting && _shown == StoreSubscriptionState.Live)
                return;
            _shown = state;
            stateChanged(state);
        }

        /// <summary>No more comes by this connection. A reader that was not dismissed goes on by itself, and learns why.</summary>
        public void End(bool isDismissed)
        {
            IsDismissed = isDismissed;
            _messages.Writer.TryComplete();
        }
    }
}
