using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.JsonLines;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>R9 and R10 of the reports: a JSON wire writes text as a string, so a JSON string needs a mark.</summary>
public sealed class FormatMarkTests
{
    [Theory]
    [InlineData("\"830010923977419046\""), InlineData(" \"x\""), InlineData("\"\"")]
    public void JsonWire_JsonString_IsMarkedBeforeItsData(string json)
    {
        Assert.Equal($"{{\"format\":\"json\",\"data\":{json}}}\n", Line(json, MessageFormat.Json));
        Assert.Equal("json", HubItem(json, MessageFormat.Json)["format"]);
    }

    [Theory]
    [InlineData("42", MessageFormat.Json), InlineData("null", MessageFormat.Json), InlineData("[\"a\"]", MessageFormat.Json)]
    [InlineData("42", MessageFormat.Text), InlineData("\"x\"", MessageFormat.Text), InlineData("", MessageFormat.Text)]
    public void JsonWire_TextAndOtherJson_IsNotMarked(string data, MessageFormat format)
    {
        Assert.Equal(["data"], JsonElement.Parse(Line(data, format)).EnumerateObject().Select(static member => member.Name));
        Assert.Equal(["data"], HubItem(data, format).Keys);
    }

    private static string Line(string data, MessageFormat format) =>
        Encoding.UTF8.GetString(JsonLinesEncoder.Instance.Encode(Content(data, format)).Bytes.Span);

    private static Dictionary<string, object?> HubItem(string data, MessageFormat format) =>
        PlainObject.OfMessage<Dictionary<string, object?>>(Content(data, format), HubDataForm.Plain);

    private static FrameContent Content(string data, MessageFormat format) =>
        new("orders", null, new StoreMessage(null, new MessageContent(Encoding.UTF8.GetBytes(data), format, null)));
}
