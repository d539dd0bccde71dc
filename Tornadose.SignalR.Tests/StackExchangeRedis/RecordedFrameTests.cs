using System.Text;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.StackExchangeRedis;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>
/// Announcements that a node of this version has sent, recorded from a Redis. Nodes of several versions run side by side while an
/// application is deployed, so a version that changes the format of announcements takes another number: nodes that do not know the number
/// read the log instead. A change that breaks these tests without a new number breaks such a deployment.
/// </summary>
public sealed class RecordedFrameTests
{
    private const string Seal = "db5eb14318666554dbeb473a6eb071f26638b0c1";
    private const string First = "\u0001T1;69b4dfd3c91e7151;0ae65c0066d200e3;1;fe0d66b6;00000000;t0;first";
    private const string Second =
        "\u0001T1;4243298d62adef01;0ae65c0066d200e3;2;02fb1d35;fe0d66b6;"
        + "j7,00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01;created{\"total\":9.5}";

    [Theory]
    [InlineData(First, "0ae65c0066d200e3-1-fe0d66b6", 0u, "first", MessageFormat.Text, null, null)]
    [InlineData(
        Second, "0ae65c0066d200e3-2-02fb1d35", 0xfe0d66b6, "{\"total\":9.5}", MessageFormat.Json, "created",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    public void Version1_Recorded_IsUnderstoodAndProved(
        string recorded, string id, uint previous, string data, MessageFormat format, string? type, string? trace)
    {
        Assert.True(BusFrame.TryParse(Encoding.UTF8.GetBytes(recorded), out var frame));
        Assert.Equal((id, previous, trace), (frame.Position.ToString(), frame.PreviousTag, frame.TraceParent));
        Assert.Equal(
            (data, format, type), (Encoding.UTF8.GetString(frame.Content.Data.Span), frame.Content.Format, frame.Content.EventType));
        Assert.True(frame.IsProved(Seal));
    }

    /// <summary>The proof covers every byte after it; the bytes before it only say how to parse the frame.</summary>
    [Theory]
    [InlineData(First)]
    [InlineData(Second)]
    public void Version1_AnyByteChanged_IsNotProved(string recorded)
    {
        for (var at = 4; at < recorded.Length; at++)
        {
            var bytes = Encoding.UTF8.GetBytes(recorded);
            bytes[at] ^= 1;
            Assert.False(BusFrame.TryParse(bytes, out var frame) && frame.Position is not null && frame.IsProved(Seal), $"byte {at}");
        }
    }
}
