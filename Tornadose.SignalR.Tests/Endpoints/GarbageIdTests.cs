using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>An invalid id leads to a reset: any status but 200 would close a browser's EventSource permanently.</summary>
public sealed class GarbageIdTests
{
    public static TheoryData<string> Ids =>
    [
        new string('9', 4096), "-1", "+1", "0x10", "1e9", "9223372036854775808", "18446744073709551616", "٣٤٥", "[[[0,13]]", "null", "%00",
        "😀",
        "%0D%0Adata:%20x", "0000000000000000-9223372036854775808-00000000", "0000000000000000-01-00000000", "0000000000000000--1-00000000",
        " ",
    ];

    [Theory]
    [Case("HTTP-18")]
    [MemberData(nameof(Ids))]
    public async Task Query_Garbage_IsAReset(string id)
    {
        await using var host = await StoresApp.StartAsync();
        var top = await host.OrdersStore().PublishAsync("x");
        var encoded = id.Contains('%') ? id : Uri.EscapeDataString(id);
        await using var sse = await RawSse.OpenAsync(host.Orders($"?after={encoded}"));
        var reset = await sse.NextAsync();
        Assert.Equal(("tornadose.reset", top.ToString()), (reset.Type, reset.Id));
        Assert.DoesNotContain(host.Logs.GetSnapshot(), entry => entry.Level > LogLevel.Debug && entry.Exception is not null);
    }

    [Theory]
    [Case("HTTP-18")]
    [MemberData(nameof(Ids))]
    public async Task Header_Garbage_IsAReset(string id)
    {
        await using var host = await StoresApp.StartAsync();
        await using var sse = await RawSse.OpenAsync(host.Orders(), ("Last-Event-ID", id == " " ? "\"" : id));
        Assert.Equal("tornadose.reset", (await sse.NextAsync()).Type);
    }

    [Fact]
    [Case("HTTP-19")]
    public void Parse_AMillionMutations_AcceptsOnlyWhatItWrites()
    {
        var random = RandomText.Create();
        var valid = new MessagePosition(0x9f2c4e6a81b3d5f7, 42, 0x1a2b3c4d).ToString();
        var letters = "0123456789abcdefABCDEFxg-+ \0.é٣".ToCharArray();
        for (var run = 0; run < 1_000_000; run++)
        {
            var text = valid.ToCharArray().AsSpan()[..random.Next(valid.Length + 1)];
            for (var mutation = random.Next(4); mutation > 0 && text.Length > 0; mutation--)
                text[random.Next(text.Length)] = letters[random.Next(letters.Length)];
            if (MessagePosition.TryParse(text, out var position) && !text.SequenceEqual(position.ToString()))
                Assert.Fail($"seed {random.Seed}: '{text}' was taken for {position}.");
        }
    }
}
