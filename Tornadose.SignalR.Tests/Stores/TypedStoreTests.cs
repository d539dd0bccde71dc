using System.Text.Json;
using System.Text.Json.Serialization;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

public sealed partial class TypedStoreTests
{
    private static readonly Weather Rain = new("rain", 12.5);

    [Fact]
    public async Task PublishAsync_Value_IsJsonOfTheConfiguredOptions()
    {
        var store = TestStore.Queue(json: new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            TypeInfoResolver = JsonSerializerOptions.Default.TypeInfoResolver,
        });

        await new TypedStore<Weather>(store).PublishAsync(Rain);

        Assert.Equal("{\"sky\":\"rain\",\"degrees_celsius\":12.5}", Latest(store).GetText());
        Assert.Equal(MessageFormat.Json, Latest(store).Format);
    }

    [Fact]
    public async Task PublishAsync_WriteIndented_IsOnOneLineAllTheSame()
    {
        var store = TestStore.Queue(json: new JsonSerializerOptions(JsonSerializerOptions.Web) { WriteIndented = true });

        await store.PublishAsync(Rain);
        Assert.Equal("{\"sky\":\"rain\",\"degreesCelsius\":12.5}", Latest(store).GetText());
        await store.PublishAsync(JsonDocument.Parse("{\n  \"a\": [\n 1 ]\n}").RootElement);
        Assert.Equal("{\"a\":[1]}", Latest(store).GetText());
    }

    [Fact]
    public async Task PublishAsync_SourceGeneratedContext_IsUsed()
    {
        var store = TestStore.Queue(json: new JsonSerializerOptions { TypeInfoResolver = WeatherContext.Default });

        await store.PublishAsync(Rain);

        Assert.Equal("{\"Sky\":\"rain\",\"DegreesCelsius\":12.5}", Latest(store).GetText());
        await Assert.ThrowsAsync<NotSupportedException>(async () => await store.PublishAsync(new Version(1, 0)));
        Assert.Equal(1, store.Position.Offset);
    }

    [Fact]
    public async Task PublishAsync_String_StaysText()
    {
        var store = TestStore.Queue();
        IStore<string> typed = new TypedStore<string>(store);

        await typed.PublishAsync("{\"not\": parsed}");

        Assert.Equal(MessageFormat.Text, Latest(store).Format);
        Assert.True(typed.TryGetLatest(out string? text));
        Assert.Equal("{\"not\": parsed}", text);
    }

    [Fact]
    public async Task PublishAsync_StringAsObject_StaysText()
    {
        var store = TestStore.Queue();

        await store.PublishAsync<object>("text");

        Assert.Equal("text", Latest(store).GetText());
        Assert.Equal(MessageFormat.Text, Latest(store).Format);
    }

    [Fact]
    public async Task TryGetLatest_Value_ComesBack()
    {
        IStore<Weather> store = new TypedStore<Weather>(TestStore.Latest());
        Assert.False(store.TryGetLatest(out Weather? none));
        Assert.Null(none);

        var position = await store.PublishAsync(Rain);

        Assert.True(store.TryGetLatest(out Weather? weather));
        Assert.Equal(Rain, weather);
        Assert.Equal(position, store.Position);
        Assert.Equal("test", store.Name);
    }

    [Fact]
    public async Task TryGetLatest_ForeignMessage_ThrowsAMessageFormatException()
    {
        var store = TestStore.Latest();
        await store.PublishAsync("no weather");

        Assert.Throws<MessageFormatException>(() => new TypedStore<Weather>(store).TryGetLatest(out Weather? _));
    }

    [Fact]
    public async Task ReadAllAsync_ValuesAndResets_AreTold()
    {
        var store = TestStore.Queue();
        IStore<Weather> typed = new TypedStore<Weather>(store);
        await typed.PublishAsync(Rain);
        await using var reader = typed.ReadAllAsync(StartAt.AfterId("garbage").OrEarliest()).GetAsyncEnumerator();

        Assert.True(await reader.MoveNextAsync().WithTimeout());
        Assert.Equal(StoreResetReason.Unknown, reader.Current.Reset!.Reason);
        Assert.Throws<InvalidOperationException>(() => reader.Current.GetValue());
        Assert.True(await reader.MoveNextAsync().WithTimeout());
        Assert.Null(reader.Current.Reset);
        Assert.Equal(Rain, reader.Current.GetValue());
        Assert.Equal(store.Position.ToString(), reader.Current.Id);
    }

    [Fact]
    public async Task PublishAsync_Options_ArePassedOn()
    {
        var store = TestStore.Queue();

        var first = await new TypedStore<Weather>(store)
            .PublishAsync(Rain, new PublishOptions { EventType = "tick", IdempotencyKey = "k" });
        var second = await new TypedStore<Weather>(store).PublishAsync(Rain, new PublishOptions { IdempotencyKey = "k" });

        Assert.Equal(first, second);
        Assert.Equal("tick", Latest(store).EventType);
    }

    private static StoreMessage Latest(MessageStore store)
    {
        Assert.True(store.TryGetLatest(out var message));
        return message;
    }

    internal sealed record Weather(string Sky, double DegreesCelsius);

    [JsonSerializable(typeof(Weather))]
    internal sealed partial class WeatherContext : JsonSerializerContext;
}
