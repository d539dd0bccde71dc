using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>
/// Hosts with the hub protocols of each serializer, and the raw text of the JSON ones, before any client has parsed and rounded it.
/// </summary>
internal static class HubValues
{
    /// <param name="serializer"><c>json</c>, <c>newtonsoft</c> or <c>messagepack</c>.</param>
    public static Task<HubHost> StartAsync(string serializer) => HubHost.StartAsync(
        builder =>
        {
            builder.Services.AddAuthorizationBuilder().AddPolicy("anybody", policy => policy.RequireAssertion(_ => true));
            Add(builder.Services.AddSignalR(), serializer);
        },
        map: app =>
        {
            app.MapStores("/stores");
            app.MapStoreHub(HubHost.Path);
            app.MapStorePublishing("/stores").AllowAnonymous();
        },
        orders: options => options.PublishPolicy = "anybody");

    public static Task<MemoryHubConnection> ConnectAsync(HubHost host, string serializer) =>
        MemoryHubConnection.ConnectAsync(host, serializer == "messagepack" ? new MessagePackHubProtocol() : new JsonHubProtocol());

    public static async Task PublishJsonAsync(this HubHost host, string json) =>
        await host.Host.Get<StoreProvider>().Get("orders").PublishJsonAsync(Encoding.UTF8.GetBytes(json), null, default);

    /// <summary>The newest message of the orders: its format, a space, its text.</summary>
    public static string Latest(this HubHost host) =>
        host.Orders.TryGetLatest(out var message) ? $"{message.Format} {message.GetText()}" : "nothing";

    /// <summary>Calls a method with arguments that are sent as the given JSON.</summary>
    /// <returns>The error, or null.</returns>
    public static async Task<string?> CallAsync(this MemoryHubConnection client, string method, string arguments)
    {
        var id = Guid.NewGuid().ToString("N");
        var call = $$"""{"type":1,"invocationId":"{{id}}","target":"{{method}}","arguments":[{{arguments}}]}""";
        await client.SendTextAsync(call + "\u001e");
        CompletionMessage? answer = null;
        await Eventually.TrueAsync(() => (answer = client.Answer(id)) is not null);
        return answer!.Error?.Split("HubException: ")[^1];
    }

    /// <summary>The answer to a call; null if there is none yet.</summary>
    public static CompletionMessage? Answer(this MemoryHubConnection client, string id) =>
        client.Writes.SelectMany(write => write).OfType<CompletionMessage>().SingleOrDefault(message => message.InvocationId == id);

    /// <summary>All that the server has sent, as text.</summary>
    public static string Text(this MemoryHubConnection client) =>
        string.Concat(client.Output.Writes.Select(write => Encoding.UTF8.GetString(write)));

    /// <summary>The data of a message or an item, as the client's protocol has parsed it.</summary>
    public static async Task<object?> NextDataAsync(this MemoryHubConnection client, bool isItem)
    {
        object? fields = null;
        await Eventually.TrueAsync(() => (fields = client.Writes.SelectMany(write => write)
            .Select(message => isItem ? (message as StreamItemMessage)?.Item : (message as InvocationMessage)?.Arguments[1])
            .FirstOrDefault(item => item is not null)) is not null);
        return ((IDictionary<object, object?>)fields!)["data"];
    }

    private static void Add(ISignalRServerBuilder builder, string serializer)
    {
        if (serializer == "newtonsoft")
            builder.AddNewtonsoftJsonProtocol();
        if (serializer == "messagepack")
            builder.AddMessagePackProtocol();
    }
}
