#!/usr/bin/env dotnet
#:sdk Microsoft.NET.Sdk.Web
#:project ../Tornadose.SignalR.Sqlite/Tornadose.SignalR.Sqlite.csproj
#:property PublishAot=false
#:property EnableDefaultContentItems=false

// One room for SignalR, EventSource and curl:  dotnet run samples/chat.cs,  then the page http://localhost:5000/ and
//   curl -N http://localhost:5000/stores/room
//   curl -H 'Content-Type: text/plain' -d 'hello from curl' http://localhost:5000/stores/room
// With  -- --database chat.db  messages survive a restart.
using Microsoft.Extensions.FileProviders;

const string Page = """
    <!DOCTYPE html>
    <meta charset="utf-8">
    <link rel="icon" href="data:,">
    <title>Chat</title>
    <form id="form"><input id="text" autofocus placeholder="say something"> <button>send by SignalR</button></form>
    <h2>by SignalR</h2>
    <ul id="signalr"></ul>
    <h2>by EventSource</h2>
    <ul id="eventsource"></ul>
    <script src="/vendor/signalr.min.js"></script>
    <script>
      const show = (list, text) => {
        const line = document.createElement('li');
        line.textContent = text;
        document.getElementById(list).append(line);
      };

      const source = new EventSource('/stores/room?from=earliest');
      source.onmessage = message => show('eventsource', message.data);

      const hub = new signalR.HubConnectionBuilder().withUrl('/hubs/stores').withAutomaticReconnect().build();
      let lastId = null;
      hub.on('Message', (store, message) => { lastId = message.id ?? lastId; show('signalr', message.data); });
      hub.on('Reset', (store, reset) => { lastId = reset.id; });
      const subscribe = async () => { const id = await hub.invoke('Resume', 'room', lastId); lastId ??= id; };
      hub.onreconnected(subscribe);
      hub.start().then(subscribe);

      document.getElementById('form').onsubmit = event => {
        event.preventDefault();
        hub.invoke('Publish', 'room', document.getElementById('text').value);
        document.getElementById('text').value = '';
      };
    </script>
    """;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration["urls"] ??= "http://localhost:5000";
builder.Services.AddAuthorizationBuilder().AddPolicy("everybody", policy => policy.RequireAssertion(_ => true));
var stores = builder.Services.AddTornadose().AddQueueStore("room", o => o.PublishPolicy = "everybody");
if (builder.Configuration["database"] is { } path)
    stores.AddSqlite($"Data Source={path}");

var app = builder.Build();
var vendor = Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "BlazorDashboard", "wwwroot", "vendor");
app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(vendor), RequestPath = "/vendor" });
app.MapGet("/", () => Results.Text(Page, "text/html"));
app.MapStores("/stores");
app.MapStoreHub("/hubs/stores");
app.MapStorePublishing("/stores").AllowAnonymous();
app.Run();
