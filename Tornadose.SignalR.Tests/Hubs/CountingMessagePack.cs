using Microsoft.AspNetCore.SignalR;
using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>The MessagePack protocol; counts how often it renders a store's message, and fails to render on request.</summary>
internal sealed class CountingMessagePack : IHubProtocol
{
    private readonly MessagePackHubProtocol _protocol = new();
    private int _messagesRendered;

    public int MessagesRendered => Volatile.Read(ref _messagesRendered);

    /// <summary>Whether a store's message cannot be rendered.</summary>
    public bool FailsToRender { get; set; }

    public string Name => _protocol.Name;

    public int Version => _protocol.Version;

    public TransferFormat TransferFormat => _protocol.TransferFormat;

    public bool IsVersionSupported(int version) => _protocol.IsVersionSupported(version);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => output.Write(GetMessageBytes(message).Span);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message)
    {
        if (message is InvocationMessage { Target: "Message" })
            CountMessage();
        return _protocol.GetMessageBytes(message);
    }

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message) =>
        _protocol.TryParseMessage(ref input, binder, out message);

    private void CountMessage()
    {
        if (FailsToRender)
            throw new InvalidOperationException("This protocol cannot render it.");
        Interlocked.Increment(ref _messagesRendered);
    }
}
