using System.Text.Json;

namespace Tornadose.SignalR.Tests.Specifications.Transports;

/// <summary>The example of <c>docs/your-own-transport.md</c>.</summary>
public sealed class CloudEventsTransport : LinesTransport
{
    public override string Name => "cloudevents";

    public override bool AnnouncesEnds => false;

    protected override string MediaType => "application/cloudevents+x-ndjson";

    protected override Arrival? Read(JsonElement line)
    {
        Assert.Equal("1.0", line.GetProperty("specversion").GetString());
        var source = line.GetProperty("source").GetString();
        Assert.NotEqual("", source);
        var (type, id, data) = (line.GetProperty("type").GetString(), line.GetProperty("id").GetString()!, line.GetProperty("data"));
        if (type == "closed")
            return null;
        if (type == "tornadose.reset")
            return Arrival.OfReset(data) with { Store = source };
        var isText = line.GetProperty("datacontenttype").GetString() == "text/plain";
        return new Arrival(id, type == "message" ? null : type, isText ? data.GetString() : data.GetRawText(), Store: source);
    }
}
