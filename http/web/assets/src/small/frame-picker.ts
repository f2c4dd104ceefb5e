/** The element that draws a frame of the video into the file input of a form. See ui.FramePicker. */
class FramePicker extends HTMLElement {
  connectedCallback() {
    const video = this.querySelector('video')
    const range = this.querySelector('input')
    const field = document.getElementById(this.dataset.field ?? '')
    if (!video || !range || !(field instanceof HTMLInputElement) || !this.dataset.src) return
    video.addEventListener('loadedmetadata', () => {
      range.max = String(video.duration)
      video.currentTime = Math.min(1, video.duration / 2)
      range.value = String(video.currentTime)
      this.hidden = false
    })
    range.addEventListener('input', () => { video.currentTime = Number(range.value) })
    this.querySelector('button')?.addEventListener('click', () => void this.take(video, field))
    video.src = this.dataset.src
  }

  private async take(video: HTMLVideoElement, field: HTMLInputElement) {
    const canvas = document.createElement('canvas')
    canvas.width = video.videoWidth
    canvas.height = video.videoHeight
    canvas.getContext('2d')?.drawImage(video, 0, 0)
    const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, 'image/jpeg', 0.92))
    if (!blob) return
    const files = new DataTransfer()
    files.items.add(new File([blob], 'frame.jpg', { type: 'image/jpeg' }))
    field.files = files.files
    field.dispatchEvent(new Event('change', { bubbles: true }))
    const output = this.querySelector('output')
    if (output) output.textContent = this.dataset.taken ?? ''
  }
}

/** defineFramePicker makes <lucarne-frame-picker> work. */
export function defineFramePicker() {
  customElements.define('lucarne-frame-picker', FramePicker)
}
