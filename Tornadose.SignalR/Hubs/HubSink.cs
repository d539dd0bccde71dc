using Microsoft.AspNetCore.Connections.Abstractions;
using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>A SignalR connection of this process, written to directly: a group send completes with its slowest member, and waits for nobody here.</summary>
internal sealed class HubSink(HubConnectionContext connection) : IFrameSink
{
    // SignalR numbers writes to repeat them after a reconnect, and counts one message a write.
#pragma warning disable CA2252 // a preview interface: only its presence is looked at
    private readonly bool _oneByOne = connection.Features.Get<IStatefulReconnectFeature>() is not null;
#pragma warning restore CA2252
    private HubFrame? _single;
    private List<HubFrame>? _more;

    /// <summary>The answer to the invocation is what the client sees first.</summary>
    public ValueTask StartAsync() => ValueTask.CompletedTask;

    public void Write(Frame frame)
    {
        if (_single is null)
            _single = (HubFrame)frame;
        else
            (_more ??= []).Add((HubFrame)frame);
    }

    public ValueTask<bool> FlushAsync()
    {
        if (_more is { Count: > 0 } || _single is not { } frame)
            return FlushBatchAsync();
        _single = null;
        var write = connection.WriteAsync(frame.Message);
        return write.IsCompletedSuccessfully ? new(IsConnected) : AwaitAsync(write);
    }

    public void Abort() => connection.Abort();

    /// <summary>
    /// Leaving a store leaves the connection open, but for a client that is too slow for its store: SignalR has no way to end one subscription for it.
    /// </summary>
    public ValueTask CloseAsync(SubscriberEnd end)
    {
        if (end == SubscriberEnd.Slow)
            connection.Abort();
        return ValueTask.CompletedTask;
    }

    private bool IsConnected => !connection.ConnectionAborted.IsCancellationRequested;

    private async ValueTask<bool> AwaitAsync(ValueTask write)
    {
        await write.ConfigureAwait(false);
        return IsConnected;
    }

    private async ValueTask<bool> FlushBatchAsync()
    {
        if (_single is not { } first)
            return IsConnected;
        _single = null;
        if (_oneByOne)
            await SendEachAsync(first).ConfigureAwait(false);
        else
            await connection.WriteAsync(Join(first)).ConfigureAwait(false);
        _more!.Clear();
        return IsConnected;
    }

    private async ValueTask SendEachAsync(HubFrame first)
    {
        await connection.WriteAsync(first.Message).ConfigureAwait(false);
        foreach (var frame in _more!)
            await connection.WriteAsync(frame.Message).ConfigureAwait(false);
    }

    /// <summary>Several messages as one: hub protocols delimit their messages themselves, so they may follow each other in one write.</summary>
    private SerializedHubMessage Join(HubFrame first)
    {
        var length = first.Bytes.Length;
        foreach (var frame in _more!)
            length += frame.Bytes.Length;
        var batch = new byte[length];
        first.Bytes.CopyTo(batch);
        var used = first.Bytes.Length;
        foreach (var frame in _more)
        {
            frame.Bytes.CopyTo(batch.AsMemory(used));
            used += frame.Bytes.Length;
        }

        return HubFrame.Wrap(connection.Protocol.Name, batch);
    }
}
