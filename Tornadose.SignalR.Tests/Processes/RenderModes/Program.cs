using RenderModes;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.UseStaticWebAssets();
builder.Services.AddRazorComponents().AddInteractiveServerComponents().AddInteractiveWebAssemblyComponents();
builder.Services.AddStoreViews();
builder.Services.AddTornadose()
    .AddQueueStore<int>("numbers", store => store.Capacity = 10_000)
    .AddDataStore("weather").AddKeyedStore<int>("devices").AddQueueStore("silent")
    .AddSqlite(builder.Configuration["database"]!);

var app = builder.Build();
// Below a path that names the wire which the browser is to use: everything is the same below each of them.
foreach (var wire in new[] { "/ServerSentEvents", "/WebSocket", "/LongPolling", "/SignalR" })
    app.UsePathBase(wire);
app.UseRouting();
app.UseAntiforgery();
app.MapStaticAssets();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode().AddInteractiveWebAssemblyRenderMode()
    .AddAdditionalAssemblies(typeof(RenderModes.Client.Watch).Assembly);
app.MapStores("/stores");
app.MapStoreHub("/hub");
app.MapStorePublishing("/stores").AllowAnonymous();
app.Run();
