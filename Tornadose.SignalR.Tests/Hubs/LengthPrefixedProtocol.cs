using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A binary hub protocol: a length, then the message as one list of <see cref="PlainValues"/>. It counts how often a store's message is rendered.</summary>
internal sealed class LengthPrefixedProtocol : IHubProtocol
{
    public const string ProtocolName = "length-prefixed";

    private int _messagesRendered;

    public int MessagesRendered => Volatile.Read(ref _messagesRendered);

    /// <summary>Whether a store's message cannot be rendered.</summary>
    public bool FailsToRender { get; set; }

    public string Name => ProtocolName;

    public int Version => 1;

    public TransferFormat TransferFormat => TransferFormat.Binary;

    public bool IsVersionSupported(int version) => version is 1 or 2;

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => output.Write(GetMessageBytes(message).Span);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message)
    {
        if (message is InvocationMessage { Target: "Message" })
            CountMessage();
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(0);
        PlainValues.Write(writer, FieldsOf(message));
        var result = bytes.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(result, result.Length - sizeof(int));
        return result;
    }

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        message = null;
        var reader = new SequenceReader<byte>(input);
        if (!reader.TryReadLittleEndian(out int length) || reader.Remaining < length)
            return false;
        var bytes = input.Slice(sizeof(int), length).ToArray();
        input = input.Slice(sizeof(int) + length);
        message = Parse((List<object?>)PlainValues.Read(new BinaryReader(new MemoryStream(bytes)))!, binder);
        return true;
    }

    private void CountMessage()
    {
        if (FailsToRender)
            throw new NotSupportedException("This cannot be rendered.");
        Interlocked.Increment(ref _messagesRendered);
    }

    private static object?[] FieldsOf(HubMessage message) => message switch
    {
        InvocationMessage call => ["call", call.InvocationId, call.Target, call.Arguments, call.StreamIds],
        StreamInvocationMessage call => ["stream", call.InvocationId, call.Target, call.Arguments, call.StreamIds],
        StreamItemMessage item => ["item", item.InvocationId, item.Item],
        CompletionMessage end => ["end", end.InvocationId, end.Error, end.HasResult, end.Result],
        CancelInvocationMessage cancel => ["cancel", cancel.InvocationId],
        PingMessage => ["ping"],
        CloseMessage close => ["close", close.Error, close.AllowReconnect],
        AckMessage ack => ["ack", ack.SequenceId],
        SequenceMessage sequence => ["sequence", sequence.SequenceId],
        _ => throw new NotSupportedException(message.GetType().Name),
    };

    private static HubMessage Parse(List<object?> fields, IInvocationBinder binder) => fields[0] switch
    {
        "call" or "stream" => ParseCall(fields, binder),
        "item" => new StreamItemMessage((string)fields[1]!, PlainValues.As(fields[2], binder.GetStreamItemType((string)fields[1]!))),
        "end" => ParseEnd(fields, binder),
        "cancel" => new CancelInvocationMessage((string)fields[1]!),
        "ping" => PingMessage.Instance,
        "close" => new CloseMessage((string?)fields[1], (bool)fields[2]!),
        "ack" => new AckMessage((long)fields[1]!),
        "sequence" => new SequenceMessage((long)fields[1]!),
        var kind => throw new InvalidDataException($"There is no message '{kind}'."),
    };

    private static CompletionMessage ParseEnd(List<object?> fields, IInvocationBinder binder)
    {
        var id = (string)fields[1]!;
        var hasResult = (bool)fields[3]!;
        return new CompletionMessage(id, (string?)fields[2], hasResult ? PlainValues.As(fields[4], binder.GetReturnType(id)) : null, hasResult);
    }

    private static HubMessage ParseCall(List<object?> fields, IInvocationBinder binder)
    {
        var (id, target) = ((string?)fields[1], (string)fields[2]!);
        try
        {
            var arguments = Bind((List<object?>)fields[3]!, binder.GetParameterTypes(target));
            string[]? streams = fields[4] is List<object?> ids ? [.. ids.Cast<string>()] : null;
            return (string)fields[0]! == "call" ? new InvocationMessage(id, target, arguments, streams) : new StreamInvocationMessage(id!, target, arguments, streams);
        }
        catch (Exception failure)
        {
            return new InvocationBindingFailureMessage(id, target, ExceptionDispatchInfo.Capture(failure));
        }
    }

    private static object?[] Bind(List<object?> arguments, IReadOnlyList<Type> types) => arguments.Count == types.Count
        ? [.. arguments.Select((argument, index) => PlainValues.As(argument, types[index]))]
        : throw new InvalidDataException($"Invocation provides {arguments.Count} argument(s) but target expects {types.Count}.");
}
