#!/usr/bin/env dotnet
#:sdk Microsoft.NET.Sdk.Web
#:project ../Tornadose.SignalR.StackExchangeRedis/Tornadose.SignalR.StackExchangeRedis.csproj
#:property PublishAot=false
#:property EnableDefaultContentItems=false

// An answer, token by token, in its own store, which ends with it:
//   dotnet run samples/answer.cs      then the page http://localhost:5000/
// Reload it in the middle, change the wire, open its address in another window, or stop it: the answer is written by the server, and each
// window is a reader of its store. With curl:
//   curl -X POST 'http://localhost:5000/ask?about=stores'      answers with the id of the answer
//   curl -N 'http://localhost:5000/stores/answers/<id>?from=earliest'
// With two nodes, so that you can kill the one that you read from:
//   dotnet run samples/answer.cs -- --redis localhost:6379      and the same with  --urls http://localhost:5001
using Microsoft.Extensions.FileProviders;
using Tornadose.SignalR;

const string Page = """
    <!DOCTYPE html>
    <meta charset="utf-8">
    <link rel="icon" href="data:,">
    <title>Answer</title>
    <form id="form"><input id="about" value="stores"> <button>ask</button></form>
    <p><button id="stop">stop</button> <button id="wire">other wire</button> <span id="state"></span></p>
    <p id="answer" style="white-space: pre-wrap"></p>
    <script type="module">
      import { subscribe } from '/tornadose.js';
      const by = id => document.getElementById(id);
      let answer, subscription, transport = 'sse';

      const follow = after => {
        subscription?.close();
        if (!after) by('answer').textContent = '';
        subscription = subscribe('/stores', {
          store: `answers/${answer}`, transport, after, from: 'earliest',
          onMessage: ({ data, event }) => by('answer').append(event === 'stopped' ? ' (stopped)' : data),
          onReset: () => { by('answer').textContent = ''; },
          onState: ({ state }) => { by('state').textContent = `${state}, by ${transport}`; },
        });
      };

      const show = () => { if (answer = location.hash.slice(1)) follow(); };
      addEventListener('hashchange', show);
      by('form').onsubmit = async event => {
        event.preventDefault();
        location.hash = await (await fetch(`/ask?about=${encodeURIComponent(by('about').value)}`, { method: 'POST' })).text();
      };
      by('stop').onclick = () => fetch(`/stop/${answer}`, { method: 'POST' });
      by('wire').onclick = () => {
        transport = transport === 'sse' ? 'websocket' : 'sse';
        follow(subscription?.id); // goes on after the last token, whatever the wire
      };
      show();
    </script>
    """;

var builder = WebApplication.CreateBuilder(args);
builder.Configuration["urls"] ??= "http://localhost:5000";
var stores = builder.Services.AddTornadose().AddQueueStore("answers/{id}", o => o.IdleTimeout = TimeSpan.FromMinutes(10));
if (builder.Configuration["redis"] is { } redis)
    stores.AddStackExchangeRedis(redis);
builder.Services.AddSingleton<Writer>();

var app = builder.Build();
var scripts = Path.Combine((string)AppContext.GetData("EntryPointFileDirectoryPath")!, "..", "Tornadose.SignalR", "wwwroot");
app.UseStaticFiles(new StaticFileOptions { FileProvider = new PhysicalFileProvider(Path.GetFullPath(scripts)) });
app.MapGet("/", () => Results.Text(Page, "text/html"));
app.MapPost("/ask", (string about, Writer writer) => writer.Begin(about));
app.MapPost("/stop/{id}", async (string id, IStoreProvider all) =>
{
    if (all.TryGetStore($"answers/{id}", out var answer))
        // The node that is writing notices this when it publishes its next token.
        await answer.CompleteAsync("", new PublishOptions { EventType = "stopped" });
});
app.MapStores("/stores");
app.Run();

// Stands for a language model.
internal sealed class Writer(IStoreProvider stores, IHostApplicationLifetime life)
{
    public string Begin(string about)
    {
        var id = Guid.NewGuid().ToString("N");
        _ = WriteAsync(stores.GetStore($"answers/{id}"), about);
        return id;
    }

    private async Task WriteAsync(IStore answer, string about)
    {
        var words = $"You have asked about {about}. A store is a named log, and each of its readers is a cursor. "
            + "This answer is such a log: it has been written once, and whoever comes, whenever and by whatever wire, "
            + "reads it from where he was. And here it ends.";
        try
        {
            foreach (var word in words.Split(' '))
            {
                await answer.PublishAsync($"{word} ");
                await Task.Delay(100, life.ApplicationStopping);
            }

            await answer.CompleteAsync();
        }
        catch (StoreCompletedException)
        {
            // It was stopped.
        }
        catch (OperationCanceledException)
        {
            await answer.CompleteAsync(" (the server was stopped)", new PublishOptions { EventType = "stopped" });
        }
    }
}
