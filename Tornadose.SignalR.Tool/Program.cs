using Tornadose.SignalR.Tool;

return await ToolCommand.Create(Console.In).Parse(args).InvokeAsync();
