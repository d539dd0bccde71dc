using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;

namespace Tornadose.SignalR.Client;

/// <summary>
/// The application's SignalR connection, with a stream for each store. The streams carry the published text: a value that a hub protocol
/// has parsed loses digits and quotes.
/// </summary>
internal sealed class SignalRWire(StoreRequests requests, MessageReader messages) : Wire
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    public override string Name => "signalr-stream";

    /// <summary>SignalR has its own pings and its own time-out.</summary>
    public override async Task<WireConnection> OpenAsync(FollowCursor cursor, Attempt attempt)
    {
        attempt.ServerTimeout = Timeout.InfiniteTimeSpan;
        var hub = requests.Options.HubConnection!;
        await ConnectAsync(hub, attempt.Token).ConfigureAwait(false);
        return new Connection(hub, cursor, messages, attempt.Token);
    }

    /// <summary>Polls the state: no event tells when a start by another caller is complete.</summary>
    private async Task ConnectAsync(HubConnection hub, CancellationToken cancellationToken)
    {
        while (hub.State != HubConnectionState.Connected)
        {
            try
            {
                if (hub.State == HubConnectionState.Disconnected)
                    await hub.StartAsync(cancellationToken).ConfigureAwait(false);
                else
                    await Task.Delay(LookAgain, requests.Time, cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidOperationException) when (hub.State != HubConnectionState.Disconnected)
            {
                // another caller has just started it
            }
            catch (HttpRequestException refused) when (refused.StatusCode is { } status)
            {
                throw Refusals.Of(status, "the SignalR connection was refused.", innerException: refused);
            }
        }
    }

    private sealed class Connection : WireConnection
    {
        /// <summary>
        /// SignalR's client buffers without limit. From this many unread messages on, the streams are abandoned until the messages are
        /// read, and the server keeps the rest.
        /// </summary>
        private const int MostWaiting = 1000;

        private readonly Channel<(int Store, StoreClientTextMessage Item)> _waiting =
            Channel.CreateBounded<(int, StoreClientTextMessage)>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });

        private readonly CancellationTokenSource _over;
        private readonly FollowCursor _cursor;
        private readonly MessageReader _messages;
        private readonly Task _streams;
        private volatile bool _isFull;
        private bool _hasDelivered;

        public Connection(HubConnection hub, FollowCursor cursor, MessageReader messages, CancellationToken cancellationToken)
        {
            (_cursor, _messages) = (cursor, messages);
            _over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _streams = Task.WhenAll(messages.Stores.Names.Select((name, index) => PumpAsync(hub, name, index, _over.Token)));
        }

        public override bool ResumesAtOnce => _isFull;

        public override async ValueTask<ReceivedMessage?> ReadAsync()
        {
            try
            {
                return await _waiting.Reader.WaitToReadAsync(_over.Token).ConfigureAwait(false) && _waiting.Reader.TryRead(out var next)
                    ? Read(next.Store, next.Item)
                    : null;
            }
            catch (HubException refusal) when (Refusals.Of(refusal) is { } known)
            {
                // The hub has one code for both: "forbidden" on a stream that has delivered means that an operator ended it for good.
                throw _hasDelivered && known.StatusCode == HttpStatusCode.Forbidden ? new DismissedException() : known;
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await _over.CancelAsync().ConfigureAwait(false);
            await _streams.ConfigureAwait(false);
            _over.Dispose();
        }

        private ReceivedMessage Read(int store, StoreClientTextMessage item)
        {
            _hasDelivered = true;
            if (item.End is { } end)
                return _messages.End(store, _cursor.MoveStore(store, end.Id));
            if (item.Reset is { } reset)
                return _messages.Reset(store, reset.Reason, _cursor.MoveStore(store, reset.Id) ?? reset.Id);
            var id = item.Id is null ? null : _cursor.MoveStore(store, item.Id);
            var format = item.Format == "json" ? MessageFormat.Json : MessageFormat.Text;
            return _messages.Message(store, id, item.Event, format, System.Text.Encoding.UTF8.GetBytes(item.Data ?? ""));
        }

        private async Task PumpAsync(HubConnection hub, string store, int index, CancellationToken cancellationToken)
        {
            try
            {
                var stream = hub.StreamAsync<StoreClientTextMessage>("WatchText", store, _cursor.Of(index), cancellationToken);
                await foreach (var item in stream.ConfigureAwait(false))
                {
                    if (!_waiting.Writer.TryWrite((index, item)))
                    {
                        _isFull = true;
                        break;
                    }

                    if (item.End is not null)
                        return; // the streams of other stores go on
                }

                // The hub completes only a stream that this client cancelled.
                _waiting.Writer.TryComplete();
            }
            catch (Exception failure)
            {
                _waiting.Writer.TryComplete(failure);
            }
        }
    }
}
