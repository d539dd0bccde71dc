using Microsoft.AspNetCore.Components.WebAssembly.Hosting;
using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR;

var builder = WebAssemblyHostBuilder.CreateDefault(args);
var site = new Uri(builder.HostEnvironment.BaseAddress);
builder.Services.AddStoreViews();
builder.Services.AddTornadoseClient(options =>
{
    options.BaseAddress = new Uri(site, "stores");
    options.ReconnectDelay = TimeSpan.FromMilliseconds(100);
    options.MaxReconnectDelay = TimeSpan.FromSeconds(1);
    options.Transport = Wire.Of(site);
    if (options.Transport == StoreTransport.SignalR)
        options.HubConnection = new HubConnectionBuilder().WithUrl(new Uri(site, "hub")).Build();
});
await builder.Build().RunAsync();

/// <summary>The wire is part of the address, so that one build serves all of them.</summary>
internal static class Wire
{
    public static StoreTransport Of(Uri site) =>
        Enum.TryParse<StoreTransport>(site.Segments[^1].TrimEnd('/'), out var wire) ? wire : StoreTransport.ServerSentEvents;
}
