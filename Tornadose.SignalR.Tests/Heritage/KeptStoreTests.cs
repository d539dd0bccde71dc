using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Heritage;

/// <summary>Behavior of the stores of Python's tornadose 0.4 that these stores keep.</summary>
public sealed class KeptStoreTests
{
    [Fact]
    public async Task DataStore_SeveralPublishesInOneTurn_MayReachABusySubscriberAsTheLastAlone()
    {
        await using var host = await StoresApp.StartAsync();
        var busy = host.WeatherStore().OpenCursor(StartAt.Now);
        foreach (var value in new[] { "1", "2", "3" })
            await host.WeatherStore().PublishAsync(value);
        Assert.True(busy.TryRead(out StoreMessage? message));
        Assert.Equal("3", message.GetText());
        Assert.False(busy.TryRead(out StoreMessage? _));
    }

    [Fact]
    public async Task DataStore_Data_IsReadableInTheProcess()
    {
        await using var host = await StoresApp.StartAsync();
        Assert.False(host.WeatherStore().TryGetLatest(out _));
        await host.WeatherStore().PublishAsync("21");
        Assert.True(host.WeatherStore().TryGetLatest(out var message));
        Assert.Equal("21", message.GetText());
    }

    [Fact]
    public async Task DataStore_InitialData_IsThereFromTheStart()
    {
        await using var host = await StartAsync(
            static stores => stores.AddDataStore("text", "warming up").AddDataStore("value", new Reading(21.5, "°C")));
        await using var text = await RawSse.OpenAsync(host.Url("/stores/text"));
        Assert.Equal("warming up", (await text.NextAsync()).Data);
        await using var value = await RawSse.OpenAsync(host.Url("/stores/value"));
        Assert.Equal(
            new Reading(21.5, "°C"), JsonSerializer.Deserialize<Reading>((await value.NextAsync()).Data, JsonSerializerOptions.Web));
        var typed = host.Services.GetRequiredKeyedService<IStore<Reading>>("value");
        Assert.True(typed.TryGetLatest(out Reading? latest));
        Assert.Equal((21.5, 1), (latest.Value, typed.Position.Offset));
    }

    [Theory]
    [InlineData("devices/{id}", "x", typeof(ArgumentException)), InlineData("weather", null, typeof(ArgumentNullException)),
        InlineData("a b", "x", typeof(ArgumentException))]
    public void DataStore_InitialDataThatCannotBe_IsRefused(string name, string? initial, Type expected) =>
        Assert.IsType(expected, Record.Exception(() => new ServiceCollection().AddTornadose().AddDataStore(name, initial!)));

    [Fact]
    public async Task DataStore_InitialDataThatIsTooLarge_FailsTheStart() =>
        await Assert.ThrowsAsync<MessageTooLargeException>(() => StartAsync(
            static stores => stores.AddDataStore("text", "longer than four bytes", static options => options.MaxMessageBytes = 4)));

    [Fact]
    public async Task QueueStore_AllMessages_ComeInOrder()
    {
        await using var host = await StoresApp.StartAsync();
        await using var client = await RawSse.OpenAsync(host.Orders());
        await host.OrdersStore().PublishNumberedAsync(100);
        Assert.Equal(
            Enumerable.Range(1, 100).Select(static number => $"m{number}"),
            (await client.TakeAsync(100)).Select(static message => message.Data));
    }

    private static Task<TestHost> StartAsync(Action<ITornadoseBuilder> add) =>
        TestHost.StartAsync(
            builder => add(builder.Services.AddTornadose(static options => options.DrainWindow = TimeSpan.Zero)),
            static app => app.MapStores("/stores"));

    private sealed record Reading(double Value, string Unit);
}
