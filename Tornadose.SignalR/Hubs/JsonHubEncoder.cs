using System.Buffers;
using System.Text;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Messages as invocations of the JSON hub protocol («hub protocol», JSON encoding), written without intermediate objects: the data of a
/// message is JSON already, and the application's serializer options must not change the names of the fields.
/// </summary>
internal sealed class JsonHubEncoder : FrameEncoder
{
    public const string Protocol = "json";

    public static readonly JsonHubEncoder Instance = new();

    private static ReadOnlySpan<byte> MessageHead => """{"type":1,"target":"Message","arguments":["""u8;

    private static ReadOnlySpan<byte> ResetHead => """{"type":1,"target":"Reset","arguments":["""u8;

    private static ReadOnlySpan<byte> Tail => "]}\u001e"u8;

    public override Frame Encode(in FrameContent content) => new HubFrame(Protocol, Render(content, Write), content.Id);

    private static void Write(in FrameContent content, IBufferWriter<byte> output)
    {
        var isReset = content.Message.Reset is not null;
        output.Write(isReset ? ResetHead : MessageHead);
        output.Write("\""u8);
        Encoding.ASCII.GetBytes(content.Store, output); // a store's name needs no escapes
        output.Write("\","u8);
        if (isReset)
            MessageEnvelope.WriteReset(content, output);
        else
            MessageEnvelope.Write(content, output);
        output.Write(Tail);
    }
}
