using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Lets clients leave out the last argument of <see cref="StoreHub.Subscribe"/> and <see cref="StoreHub.Watch"/>: <c>invoke("Subscribe", "orders")</c>. SignalR binds
/// exactly as many arguments as the method has, and has no overloads. An invocation that does not bind is read once more, one argument short.
/// A message of an unknown type, which SignalR ignores, holds up nothing behind it.
/// </summary>
internal sealed class OptionalArgumentsProtocol(IHubProtocol inner) : IHubProtocol
{
    public string Name => inner.Name;

    public int Version => inner.Version;

    public TransferFormat TransferFormat => inner.TransferFormat;

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => inner.WriteMessage(message, output);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => inner.GetMessageBytes(message);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        var again = input;
        while (!inner.TryParseMessage(ref input, binder, out message))
        {
            if (input.Start.Equals(again.Start))
                return false;
            again = input; // past a message of a type from the future: SignalR would leave what is behind it until more bytes come
        }

        if (message is InvocationBindingFailureMessage { Target: var method } && HasOptionalArgument(method)
            && inner.TryParseMessage(ref again, new ShortBinder(binder), out var shorter))
            message = Complete(shorter) ?? message;
        return true;
    }

    /// <summary>SignalR finds its methods whatever their case.</summary>
    private static bool HasOptionalArgument(string method) =>
        method.Equals(nameof(StoreHub.Subscribe), StringComparison.OrdinalIgnoreCase) || method.Equals(nameof(StoreHub.Watch), StringComparison.OrdinalIgnoreCase);

    private static HubMessage? Complete(HubMessage message) => message switch
    {
        InvocationMessage call => new InvocationMessage(call.InvocationId, call.Target, [.. call.Arguments, null], call.StreamIds) { Headers = call.Headers },
        StreamInvocationMessage call => new StreamInvocationMessage(call.InvocationId!, call.Target, [.. call.Arguments, null], call.StreamIds) { Headers = call.Headers },
        _ => null,
    };

    private sealed class ShortBinder(IInvocationBinder binder) : IInvocationBinder
    {
        public Type GetReturnType(string invocationId) => binder.GetReturnType(invocationId);

        public Type GetStreamItemType(string streamId) => binder.GetStreamItemType(streamId);

        public IReadOnlyList<Type> GetParameterTypes(string methodName) => [.. binder.GetParameterTypes(methodName).SkipLast(1)];
    }
}
