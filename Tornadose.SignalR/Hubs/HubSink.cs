using Microsoft.AspNetCore.Connections.Abstractions;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Writes directly to a SignalR connection of this process. A group send would wait for its slowest member; this waits for nobody else.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="store">The store's name.</param>
/// <param name="cursor">The subscription's cursor; the messages follow its current position.</param>
/// <param name="largeWrites">The limit on large writes.</param>
/// <param name="client">The rate-limit key that they are counted for.</param>
internal sealed class HubSink(
    HubConnectionContext connection, string store, MessageCursor cursor, LargeWrites largeWrites, string client) : IFrameSink
{
    // SignalR numbers writes to repeat them after a reconnect, and counts one message for each write.
#pragma warning disable CA2252 // a preview interface: only its presence is checked
    private readonly bool _oneByOne = connection.Features.Get<IStatefulReconnectFeature>() is not null;
#pragma warning restore CA2252
    private FrameBatch _batch;
    private string _lastId = cursor.Position.ToString();
    private string _newestId = cursor.Position.ToString();
    private volatile bool _isCut;
    private volatile bool _isWaiting;
    private long _asked;

    /// <summary>A write that waits for those of other connections counts as progress: the peer is not what blocks it.</summary>
    public long Progress => _isWaiting ? Interlocked.Increment(ref _asked) : Interlocked.Read(ref _asked);

    /// <summary>The id of the last message that the connection has taken; at first, the id after which the messages follow.</summary>
    public string LastId => Volatile.Read(ref _lastId);

    /// <summary>Sends nothing: the answer to the invocation tells the client that it is subscribed.</summary>
    public ValueTask StartAsync() => ValueTask.CompletedTask;

    public void Write(Frame frame)
    {
        _newestId = ((HubFrame)frame).Id ?? _newestId;
        _batch.Add(frame);
    }

    public ValueTask<bool> FlushAsync()
    {
        if (_batch.Length > LargeWrites.Threshold)
            return FlushLargeAsync();
        if (!_batch.IsSingle)
            return FlushBatchAsync();
        var write = SendAsync(_batch.First!);
        _batch.Clear();
        return write.IsCompletedSuccessfully ? new(Flushed()) : AwaitAsync(write);
    }

    /// <summary>
    /// Aborts the transport as well, which would otherwise try for some seconds to send a close message to a client that does not read.
    /// </summary>
    public void Abort()
    {
        _isCut = true;
        connection.Abort();
        connection.Features.Get<IConnectionLifetimeFeature>()?.Abort();
    }

    /// <summary>
    /// Unsubscribing, and the end of a complete store, keep the connection open. When messages would be missing from now on, it is closed:
    /// SignalR cannot end one subscription in a way that clients see. They are told why, and whether they may reconnect.
    /// </summary>
    public async ValueTask CloseAsync(SubscriberEnd end)
    {
        if (_isCut || end == SubscriberEnd.Unsubscribed || end == SubscriberEnd.ClientGone)
            return;
        if (end == SubscriberEnd.Completed)
        {
            var told = new InvocationMessage(nameof(IStoreClient.Ended), [store, PlainObject.OfEnd(cursor.Position.ToString())]);
            await connection.WriteAsync(told, connection.ConnectionAborted).ConfigureAwait(false);
            return;
        }

        await connection.WriteAsync(new CloseMessage(end.Description, allowReconnect: end.Reconnect)).ConfigureAwait(false);
        connection.Abort();
    }

    /// <summary>
    /// The token matters with stateful reconnects: aborting the connection cancels a flush, but not a write that
    /// waits for acknowledgements.
    /// </summary>
    private ValueTask SendAsync(Frame frame) => SendAsync(((HubFrame)frame).Message);

    private ValueTask SendAsync(SerializedHubMessage message) => connection.WriteAsync(message, connection.ConnectionAborted);

    private async ValueTask<bool> AwaitAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        return Flushed();
    }

    private bool Flushed()
    {
        Volatile.Write(ref _lastId, _newestId);
        return !connection.ConnectionAborted.IsCancellationRequested;
    }

    private async ValueTask<bool> FlushLargeAsync()
    {
        _isWaiting = true;
        using var write = await largeWrites.EnterAsync(client, _batch.Length, connection.ConnectionAborted).ConfigureAwait(false);
        _isWaiting = false;
        return await FlushBatchAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> FlushBatchAsync()
    {
        if (_batch.First is null)
            return Flushed();
        if (_oneByOne || _batch.IsSingle)
            await SendEachAsync().ConfigureAwait(false);
        else
            await SendAsync(JoinedFrames.Of(_batch, connection.Protocol.Name)).ConfigureAwait(false);
        _batch.Clear();
        return Flushed();
    }

    private async ValueTask SendEachAsync()
    {
        for (var i = 0; i < _batch.Count; i++)
            await SendAsync(_batch[i]).ConfigureAwait(false);
    }
}
