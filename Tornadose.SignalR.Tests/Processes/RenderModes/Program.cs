using RenderModes;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.UseStaticWebAssets();
builder.Services.AddRazorComponents().AddInteractiveServerComponents().AddInteractiveWebAssemblyComponents();
builder.Services.AddStoreViews();
var stores = builder.Services.AddTornadose()
    .AddQueueStore<int>("numbers", store => store.Capacity = 10_000)
    .AddDataStore("weather").AddKeyedStore<int>("devices").AddQueueStore("silent")
    .AddQueueStore<int>("short", store => store.Capacity = 5);
if (builder.Configuration["redis"] is { } redis)
    stores.AddStackExchangeRedis(redis);
else
    stores.AddSqlite(builder.Configuration["database"]!);

var app = builder.Build();
// Below a path that names the wire for the browser; everything else is the same below each of them.
PathString[] wires = ["/ServerSentEvents", "/WebSocket", "/LongPolling", "/SignalR"];
app.Use((context, next) =>
{
    var wire = Array.Find(wires, wire => context.Request.Path.StartsWithSegments(wire));
    context.Request.PathBase += wire;
    context.Request.Path = context.Request.Path.Value![(wire.Value ?? "").Length..];
    return next(context);
});
app.UseRouting();
app.UseAntiforgery();
app.MapStaticAssets();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode().AddInteractiveWebAssemblyRenderMode()
    .AddAdditionalAssemblies(typeof(RenderModes.Client.Watch).Assembly);
app.MapStores("/stores");
app.MapStoreHub("/hub");
app.MapStorePublishing("/stores").AllowAnonymous();
app.Run();
