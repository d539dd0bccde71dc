using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Tornadose.Benchmarks.Servers;

/// <summary>
/// Stands in for the MessagePack protocol: binary, length-prefixed, values by type. It knows what the benchmark needs: invocations with texts and maps of texts, completions, pings and ends.
/// </summary>
internal sealed class BinaryHubProtocol : IHubProtocol
{
    public const string ProtocolName = "binary";

    private const byte InvocationType = 1;
    private const byte CompletionType = 3;
    private const byte PingType = 6;
    private const byte CloseType = 7;

    public string Name => ProtocolName;

    public int Version => 1;

    public TransferFormat TransferFormat => TransferFormat.Binary;

    public bool IsVersionSupported(int version) => version == Version;

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => output.Write(GetMessageBytes(message).Span);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(0);
        Write(writer, message);
        var result = bytes.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(result, result.Length - sizeof(int));
        return result;
    }

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        message = null;
        var lengthReader = new SequenceReader<byte>(input);
        if (!lengthReader.TryReadLittleEndian(out int length) || lengthReader.Remaining < length)
            return false;
        using var reader = new BinaryReader(new MemoryStream(input.Slice(sizeof(int), length).ToArray()));
        input = input.Slice(sizeof(int) + length);
        message = reader.ReadByte() switch
        {
            InvocationType => ReadInvocation(reader, binder),
            PingType => PingMessage.Instance,
            var type => throw new InvalidDataException($"A client does not send messages of type {type} here."),
        };
        return true;
    }

    private static HubMessage ReadInvocation(BinaryReader reader, IInvocationBinder binder)
    {
        var target = reader.ReadString();
        var arguments = new object?[reader.ReadByte()];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = ReadText(reader);
        var wanted = binder.GetParameterTypes(target).Count;
        return arguments.Length == wanted
            ? new InvocationMessage(target, arguments)
            : new InvocationBindingFailureMessage(null, target, ExceptionDispatchInfo.Capture(new InvalidDataException($"{target} takes {wanted} arguments.")));
    }

    private static string ReadText(BinaryReader reader) =>
        reader.ReadByte() == 's' ? reader.ReadString() : throw new InvalidDataException("A client sends texts here.");

    private static void Write(BinaryWriter writer, HubMessage message)
    {
        switch (message)
        {
            case InvocationMessage invocation:
                writer.Write(InvocationType);
                writer.Write(invocation.Target);
                writer.Write((byte)invocation.Arguments.Length);
                foreach (var argument in invocation.Arguments)
                    WriteValue(writer, argument);
                break;
            case CompletionMessage completion:
                writer.Write(CompletionType);
                writer.Write(completion.InvocationId!);
                break;
            case CloseMessage:
                writer.Write(CloseType);
                break;
            default:
                writer.Write(PingType);
                break;
        }
    }

    private static void WriteValue(BinaryWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.Write((byte)'n');
                break;
            case string text:
                writer.Write((byte)'s');
                writer.Write(text);
                break;
            case IReadOnlyDictionary<string, object?> map:
                writer.Write((byte)'m');
                writer.Write((byte)map.Count);
                foreach (var (key, item) in map)
                {
                    writer.Write(key);
                    WriteValue(writer, item);
                }

                break;
            default:
                throw new NotSupportedException($"The benchmark has no {value.GetType()}.");
        }
    }
}
