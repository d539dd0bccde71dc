using System.Text.Json;
using System.Text.Json.Serialization;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>A publisher can publish anything, and must not be able to end its readers.</summary>
public sealed class StrangeMessageTests
{
    [Fact]
    public async Task ReadAllAsync_MessageThatIsNoSuchValue_CostsThatMessageAlone()
    {
        await using var host = await StoresApp.StartAsync();
        var typed = host.Get<IStoreProvider>().GetStore<int[]>("orders");
        await typed.PublishAsync([1]);
        await typed.PublishAsync("hello");
        await typed.PublishAsync([3]);

        var seen = new List<string>();
        await foreach (var message in typed.ReadAllAsync(StartAt.Earliest))
        {
            seen.Add(Describe(message));
            if (seen.Count == 3)
                break;
        }

        Assert.Equal(["1", "strange", "3"], seen);
    }

    [Fact, Case("SEC-12")]
    public async Task PublishAsync_ConverterWritesSeveralLines_IsOneLineOnTheWire()
    {
        var options = new JsonSerializerOptions(JsonSerializerOptions.Web) { Converters = { new TwoLines() } };
        var store = TestStore.Queue(json: options);

        await store.PublishAsync(DateOnly.MinValue);

        Assert.True(store.TryGetLatest(out var message));
        Assert.Equal("""{"a":"x y"}""", message.GetText());
    }

    [Fact]
    public async Task PublishAsync_BytesOfUnknownMeaning_AreRefusedWithTheMethodToCall()
    {
        IStore store = TestStore.Queue();
        ReadOnlyMemory<byte> bytes = "text"u8.ToArray();
        var refused = await Assert.ThrowsAsync<ArgumentException>(async () => await store.PublishAsync(bytes));
        Assert.Contains(nameof(IStore.PublishUtf8Async), refused.Message, StringComparison.Ordinal);
        await store.PublishAsync(bytes.ToArray());
        Assert.Equal("\"dGV4dA==\"", (await store.GetLatestAsync())!.GetText());
    }

    private static string Describe(StoreMessage<int[]> message)
    {
        try
        {
            return $"{message.GetValue()[0]}";
        }
        catch (MessageFormatException)
        {
            return "strange";
        }
    }

    private sealed class TwoLines : JsonConverter<DateOnly>
    {
        public override DateOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, DateOnly value, JsonSerializerOptions options) =>
            writer.WriteRawValue("{\n  \"a\": \"x y\"\r\n}");
    }
}
